package owner

type Owner struct {
	tags map[string]int
	ops  chan func()
}

func (o *Owner) Run() {
	for op := range o.ops {
		op()
	}
}

func (o *Owner) Do(op func()) {
	done := make(chan struct{})
	o.ops <- func() { op(); close(done) }
	<-done
}

func (o *Owner) Rename(from, to string) {
	o.Do(func() {
		o.Do(func() { o.tags[to] += o.tags[from] })
		delete(o.tags, from)
	})
}

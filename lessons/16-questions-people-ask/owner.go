package questions

import "context"

// An Owner counts notes by tag; Run alone touches the counts.
type Owner struct {
	ops chan func(tags map[string]int)
}

// NewOwner returns an owner that works once Run is called.
func NewOwner() *Owner {
	return &Owner{ops: make(chan func(map[string]int))}
}

// Run runs the functions it receives, one by one, until ctx ends.
func (o *Owner) Run(ctx context.Context) {
	tags := map[string]int{}
	for {
		select {
		case op := <-o.ops:
			op(tags)
		case <-ctx.Done():
			return
		}
	}
}

// Do lets the owner run op and returns when that's done.
func (o *Owner) Do(
	ctx context.Context, op func(tags map[string]int),
) error {
	done := make(chan struct{})
	select {
	case o.ops <- func(tags map[string]int) { op(tags); close(done) }:
		<-done // op is short
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Add counts one note under tag.
func (o *Owner) Add(ctx context.Context, tag string, n int) error {
	return o.Do(ctx, func(tags map[string]int) { tags[tag] += n })
}

// MoveInside asks the owner from inside the owner.
func (o *Owner) MoveInside(
	ctx context.Context, from, to string,
) (err error) {
	outer := o.Do(ctx, func(tags map[string]int) {
		tags[from]--
		err = o.Add(ctx, to, 1) // who receives this?
	})
	if outer != nil {
		return outer
	}
	return err
}

// Move makes the whole change in one op.
func (o *Owner) Move(ctx context.Context, from, to string) error {
	return o.Do(ctx, func(tags map[string]int) {
		tags[from]--
		tags[to]++
	})
}

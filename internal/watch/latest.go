package watch

import "context"

// Latest calls run for each trigger, one call at a time, and delivers what the calls return. A trigger that comes during a call
// ends the call's context, waits until it has returned, drops its result and starts anew; a result that nobody has taken yet is
// dropped as well. So run must return soon after its context ends, and what is delivered is about the newest trigger.
//
// The channel is closed, and no call is running, once ctx has ended or triggers is closed and the last result was taken.
func Latest[E, T any](ctx context.Context, triggers <-chan E, run func(context.Context, E) T) <-chan T {
	out := make(chan T)
	go func() {
		defer close(out)
		var (
			now     call[T]  // the zero call is none
			result  T        // to deliver
			deliver chan<- T // out while there is a result to deliver, else nil
		)
		defer func() { now.stop() }()
		for triggers != nil || now.result != nil || deliver != nil {
			select {
			case <-ctx.Done():
				return
			case e, ok := <-triggers:
				if !ok {
					triggers = nil
					continue
				}
				now.stop()
				deliver = nil
				now = begin(ctx, e, run)
			case result = <-now.result:
				now.end()
				now, deliver = call[T]{}, out
			case deliver <- result:
				deliver = nil
			}
		}
	}()
	return out
}

// call is a running call of Latest's function.
type call[T any] struct {
	end    context.CancelFunc
	result chan T // taken once, by the loop or by stop
}

func begin[E, T any](ctx context.Context, e E, run func(context.Context, E) T) call[T] {
	ctx, end := context.WithCancel(ctx)
	c := call[T]{end: end, result: make(chan T)}
	go func() { c.result <- run(ctx, e) }()
	return c
}

// stop ends a call, if there is one whose result was not taken, and waits for its return.
func (c call[T]) stop() {
	if c.result == nil {
		return
	}
	c.end()
	<-c.result
}

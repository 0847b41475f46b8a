package tree

import (
	"context"
	"time"
)

// A Probe looks whether a link of a note still works and stores that.
type Probe func(ctx context.Context, link string) error

// SweepNaive probes all links, each for five seconds at most.
func SweepNaive(
	ctx context.Context, links []string, probe Probe,
) error {
	for _, link := range links {
		ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
		defer cancel()
		if err := probe(ctx, link); err != nil {
			return err
		}
	}
	return nil
}

// Sweep probes all links, each for five seconds at most.
func Sweep(ctx context.Context, links []string, probe Probe) error {
	for _, link := range links {
		if err := probeOne(ctx, link, probe); err != nil {
			return err
		}
	}
	return nil
}

func probeOne(ctx context.Context, link string, probe Probe) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	return probe(ctx, link)
}

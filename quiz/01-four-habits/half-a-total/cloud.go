package halfatotal

import "context"

type Job struct{ store func(cloud map[string]int) }

// Rebuild counts the tags of all notes. Users see what is stored.
func (j *Job) Rebuild(ctx context.Context, notes [][]string) error {
	cloud := map[string]int{}
	for _, tags := range notes {
		if ctx.Err() != nil {
			break
		}
		for _, tag := range tags {
			cloud[tag]++
		}
	}
	j.store(cloud)
	return ctx.Err()
}

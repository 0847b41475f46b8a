// Command multiply retries in three layers.
package main

import "fmt"

func try(times int, f func() bool) (ok bool) {
	for i := 0; i < times && !ok; i++ {
		ok = f()
	}
	return ok
}

func request(backAt int) {
	queries := 0
	query := func() bool { queries++; return queries == backAt }
	store := func() bool { return try(3, query) }
	service := func() bool { return try(2, store) }
	ok := try(2, service)
	fmt.Println(ok, queries)
}

func main() {
	request(0) // the database stays down
	request(8) // it answers the eighth query
}

// Command multiply retries in three layers.
package main

import "fmt"

func try(times int, f func() bool) (ok bool) {
	for i := 0; i < times && !ok; i++ {
		ok = f()
	}
	return ok
}

func request(backAt int) (queries int) {
	query := func() bool { queries++; return queries == backAt }
	store := func() bool { return try(3, query) }
	service := func() bool { return try(2, store) }
	try(2, service) // the handler
	return queries
}

func main() {
	fmt.Println(request(0), request(8)) // 0: down all the time
}

package main

func mean(ms []int) int {
	sum := 0
	for _, latency := range ms {
		sum += latency
	}
	return sum / len(ms)
}

func faster(a, b int) string {
	if a < b {
		return "A"
	}
	return "B"
}

package contract

// ValidateNaive returns the rule that a note breaks.
func ValidateNaive(n Note) error {
	var problem *InvalidError
	if n.Title == "" {
		problem = &InvalidError{"title", "is missing"}
	}
	return problem
}

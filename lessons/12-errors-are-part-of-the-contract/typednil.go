package contract

// ValidateNaive returns the last rule that a note breaks.
func ValidateNaive(n Note) error {
	var problem *InvalidError
	if n.ID == "" {
		problem = &InvalidError{"id", "is missing"}
	}
	if n.Title == "" {
		problem = &InvalidError{"title", "is missing"}
	}
	return problem
}

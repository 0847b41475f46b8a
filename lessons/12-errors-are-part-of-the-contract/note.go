package contract

// A Note belongs to somebody.
type Note struct{ ID, Owner, Title string }

// Validate returns an *InvalidError for a note that breaks a rule.
func Validate(n Note) error {
	if n.Title == "" {
		return &InvalidError{"title", "is missing"}
	}
	return nil
}

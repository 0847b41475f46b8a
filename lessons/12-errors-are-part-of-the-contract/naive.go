package contract

import (
	"net/http"
	"strings"
)

// StatusByEquality compares the error with the kinds it knows.
func StatusByEquality(err error) int {
	switch err {
	case ErrForbidden:
		return http.StatusForbidden
	case ErrNotFound:
		return http.StatusNotFound
	case ErrConflict:
		return http.StatusConflict
	default:
		return http.StatusInternalServerError
	}
}

// StatusByText reads the error as a person would.
func StatusByText(err error) int {
	if strings.Contains(err.Error(), "not found") {
		return http.StatusNotFound
	}
	return http.StatusInternalServerError
}

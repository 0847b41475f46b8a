package openfile

// Version solution.
const Version = "solution"

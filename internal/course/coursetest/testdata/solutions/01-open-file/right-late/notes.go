package openfile

// Version right-late.
const Version = "right-late"

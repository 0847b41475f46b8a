package openfile

// Version start.
const Version = "start"

package source

// Place is a span of a file.
type Place struct {
	File *File
	Span Span
}

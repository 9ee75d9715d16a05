package report

import (
	"net/url"
	"path"
	"path/filepath"
	"strings"
)

// absolute returns the absolute form of a path in the result, "" if it is not
// known.
func (o Options) absolute(name string) string {
	switch {
	case isAbsolute(name):
		return path.Clean(name)
	case o.WorkDir == "":
		return ""
	}
	return path.Join(filepath.ToSlash(o.WorkDir), name)
}

func isAbsolute(name string) bool { return strings.HasPrefix(name, "/") || filepath.IsAbs(name) }

// inRepository returns a path of the result relative to the repository's root.
// A path outside is returned as it is, or absolute if that is known.
func (o Options) inRepository(name string) (rel string, inside bool) {
	root := o.Root
	if root == "" {
		root = o.WorkDir
	}
	abs := o.absolute(name)
	if abs == "" || root == "" {
		rel = path.Clean(name)
		return rel, !isAbsolute(rel) && rel != ".." && !strings.HasPrefix(rel, "../")
	}
	root = path.Clean(filepath.ToSlash(root))
	if abs == root {
		return ".", true
	}
	if rest, ok := strings.CutPrefix(abs, strings.TrimSuffix(root, "/")+"/"); ok {
		return rest, true
	}
	return abs, false
}

// fileURL returns the file URL of an absolute path, "" for "".
func fileURL(abs string) string {
	if abs == "" {
		return ""
	}
	if !strings.HasPrefix(abs, "/") {
		abs = "/" + abs // a drive letter
	}
	return "file://" + escapePath(abs)
}

// escapePath returns a path as a relative reference (RFC 3986, 4.2). It escapes
// the colon too, which would end a scheme in the first segment.
func escapePath(name string) string {
	segments := strings.Split(name, "/")
	for i := range segments {
		segments[i] = strings.ReplaceAll(url.PathEscape(segments[i]), ":", "%3A")
	}
	return strings.Join(segments, "/")
}

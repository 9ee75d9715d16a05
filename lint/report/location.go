package report

import (
	"fmt"
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

// escapePath returns a path as a relative reference: everything but slashes and
// the unreserved characters (RFC 3986, 2.3) and @ is percent-encoded, byte by byte. So
// is the colon, which would end a scheme in the first segment.
func escapePath(name string) string {
	var b strings.Builder
	for i := range len(name) {
		c := name[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte("/-._~@", c) >= 0:
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

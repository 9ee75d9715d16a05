//go:build unix

package source

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// makeTree writes a tree. An entry's text is a file's content, or, by prefix:
// "-> " a symbolic link, "dir" a directory, "fifo" a FIFO.
func makeTree(t *testing.T, entries ...[2]string) string {
	t.Helper()
	dir := t.TempDir()
	for _, entry := range entries {
		name, text := filepath.Join(dir, entry[0]), entry[1]
		err := os.MkdirAll(filepath.Dir(name), 0o755)
		if err == nil {
			target, link := strings.CutPrefix(text, "-> ")
			switch {
			case link:
				err = os.Symlink(target, name)
			case text == "dir":
				err = os.MkdirAll(name, 0o755)
			case text == "fifo":
				err = syscall.Mkfifo(name, 0o644)
			default:
				err = os.WriteFile(name, []byte(text), 0o644)
			}
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestResolve(t *testing.T) {
	entries := [][2]string{
		{"a/b/file", "text"},
		{"a/sibling", "-> file"},
		{"a/file", "in a"},
		{"one", "-> two"},
		{"two", "-> three"},
		{"three", "-> a/b/file"},
		{"dir", "-> a/b"},
		{"dir2", "-> dir"},
		{"slash", "-> a/b/"},
		{"fileslash", "-> a/file/"},
		{"filedot", "-> a/file/."},
		{"a/b/up", "-> ../file"},
		{"a/b/upup", "-> ../../a/file"},
		{"abs", "-> /a/file"},
		{"absdir", "-> /a"},
		{"root", "-> /"},
		{"here", "-> ."},
		{"above", "-> ../../../a/file"},
		{"outside", "-> ../x/y"},
		{"a/outside", "-> ../../x"},
		{"etc", "-> /etc"},
		{"null", "-> /dev/null"},
		{"dangling", "-> nowhere"},
		{"a/danglingchain", "-> ../dangling"},
		{"loop", "-> loop"},
		{"ping", "-> pong"},
		{"pong", "-> ping"},
		{"a/b/loopdir", "-> ../b/loopdir"},
		{"odd", "-> ./a//b/./file"},
	}
	dir := makeTree(t, entries...)
	tests := []struct {
		name   string
		path   string
		rooted bool
		want   string
		hops   []string
		err    error
	}{
		{"plain file", "a/b/file", false, "a/b/file", nil, nil},
		{"the tree itself", ".", false, ".", nil, nil},
		{"the tree itself, empty", "", false, ".", nil, nil},
		{"the tree itself, slash", "/", true, ".", nil, nil},
		{"leading slash", "/a/file", false, "a/file", nil, nil},
		{"untidy", "./a//b/../b/./file", false, "a/b/file", nil, nil},
		{"chain", "one", false, "a/b/file", []string{"one", "two", "three"}, nil},
		{"relative to the link", "a/sibling", false, "a/file", []string{"a/sibling"}, nil},
		{"through a directory link", "dir/file", false, "a/b/file", nil, nil},
		{"through two directory links", "dir2/file", false, "a/b/file", nil, nil},
		{"directory link last", "dir2", false, "a/b", []string{"dir2", "dir"}, nil},
		{"link to directory with slash", "slash/file", false, "a/b/file", nil, nil},
		{"link in a linked directory", "dir/up", false, "a/file", []string{"a/b/up"}, nil},
		{"up and down again", "a/b/upup", false, "a/file", []string{"a/b/upup"}, nil},
		{"dot-dot of a link is its target's", "dir/../file", false, "a/file", nil, nil},
		{"link with dots and slashes", "odd", false, "a/b/file", []string{"odd"}, nil},
		{"link to its directory", "here/a/file", false, "a/file", nil, nil},
		{"absolute link, rooted", "abs", true, "a/file", []string{"abs"}, nil},
		{"absolute link, checkout", "abs", false, "/a/file", []string{"abs"}, ErrOutside},
		{"absolute directory link, rooted", "absdir/file", true, "a/file", nil, nil},
		{"absolute directory link, checkout", "absdir/b/file", false, "/a/b/file", nil, ErrOutside},
		{"link to the root, rooted", "root", true, ".", []string{"root"}, nil},
		{"below a link to the root", "root/root/a/file", true, "a/file", nil, nil},
		{"dot-dot above the root, rooted", "above", true, "a/file", []string{"above"}, nil},
		{"dot-dot above the root, checkout", "above", false, "../../../a/file", []string{"above"}, ErrOutside},
		{"out of the checkout", "outside", false, "../x/y", []string{"outside"}, ErrOutside},
		{"out of the checkout from below", "a/outside", false, "../x", []string{"a/outside"}, ErrOutside},
		{"name that leads out", "../x", false, "../x", nil, ErrOutside},
		{"name that is above", "..", false, "..", nil, ErrOutside},
		{"name that leads out, rooted", "../../a/file", true, "a/file", nil, nil},
		{"host directory, checkout", "etc/passwd", false, "/etc/passwd", nil, ErrOutside},
		{"host directory, rooted", "etc/passwd", true, "", nil, ErrLoop}, // /etc is the link itself
		{"mask, checkout", "null", false, "/dev/null", []string{"null"}, ErrOutside},
		{"mask, rooted without /dev", "null", true, "dev/null", []string{"null"}, fs.ErrNotExist},
		{"missing", "a/nothing/file", false, "a/nothing/file", nil, fs.ErrNotExist},
		{"dangling", "dangling", false, "nowhere", []string{"dangling"}, fs.ErrNotExist},
		{"dangling chain", "a/danglingchain", false, "nowhere", []string{"a/danglingchain", "dangling"}, fs.ErrNotExist},
		{"below a file", "a/file/x", false, "a/file", nil, syscall.ENOTDIR},
		{"dot-dot below a file", "a/file/../file", false, "a/file", nil, syscall.ENOTDIR},
		{"link to a file with slash", "fileslash", false, "a/file", []string{"fileslash"}, syscall.ENOTDIR},
		{"link to a file with dot", "filedot", false, "a/file", []string{"filedot"}, syscall.ENOTDIR},
		{"link to itself", "loop", false, "loop", nil, ErrLoop},
		{"two links", "ping", false, "", nil, ErrLoop},
		{"loop inside a path", "a/b/loopdir/x", false, "", nil, ErrLoop},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			tree := &Tree{Dir: dir, Rooted: test.rooted}
			link := tree.Resolve(test.path)
			// What is kept in mind from the first time must not change the answer.
			again := tree.Resolve(test.path)
			if again.Name != link.Name || !slices.Equal(again.Hops, link.Hops) || fmt.Sprint(again.Err) != fmt.Sprint(link.Err) {
				t.Errorf("the second time %+v, the first %+v", again, link)
			}
			if !errors.Is(link.Err, test.err) {
				t.Fatalf("error %v, want %v", link.Err, test.err)
			}
			if test.want != "" && link.Name != test.want {
				t.Errorf("name %q, want %q", link.Name, test.want)
			}
			if !errors.Is(link.Err, ErrLoop) && !slices.Equal(link.Hops, test.hops) {
				t.Errorf("hops %q, want %q", link.Hops, test.hops)
			}
			if (link.Info != nil) == (link.Err != nil) {
				t.Fatalf("info %v beside error %v", link.Info, link.Err)
			}
			if link.Err != nil {
				return
			}
			want, err := os.Lstat(tree.OSPath(link.Name))
			if err != nil || !os.SameFile(link.Info, want) {
				t.Errorf("info of %q, want that of %q", link.Info.Name(), link.Name)
			}
		})
	}
}

// One tree serves all goroutines and all names, in any order.
func TestTreeIsSafeForConcurrentUse(t *testing.T) {
	dir := makeTree(t, [2]string{"a/b/x.service", "text"}, [2]string{"link", "-> a/b"}, [2]string{"a/up", "-> ../link"})
	tree := &Tree{Dir: dir, Overlay: map[string]string{"a/b/o.service": "overlay"}}
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for name, want := range map[string]string{
				"a/b/x.service": "text", "link/x.service": "text", "a/up/x.service": "text", "link/../b/x.service": "text",
				"a/up/o.service": "overlay", "link/o.service": "overlay",
			} {
				if text, err := tree.ReadFile(name); text != want || err != nil {
					t.Errorf("ReadFile(%s) = %q, %v; want %q", name, text, err, want)
				}
			}
			if entries, err := tree.ReadDir("a/up"); len(entries) != 2 || err != nil {
				t.Errorf("ReadDir(a/up) = %v, %v", entries, err)
			}
		})
	}
	group.Wait()
}

func TestResolveCountsLinks(t *testing.T) {
	var entries [][2]string
	entries = append(entries, [2]string{"0", "end"})
	for i := range maxLinks + 1 {
		entries = append(entries, [2]string{fmt.Sprint(i + 1), "-> " + fmt.Sprint(i)})
	}
	tree := &Tree{Dir: makeTree(t, entries...)}
	if link := tree.Resolve(fmt.Sprint(maxLinks)); link.Err != nil || len(link.Hops) != maxLinks {
		t.Errorf("%d links: %v, %d hops", maxLinks, link.Err, len(link.Hops))
	}
	if link := tree.Resolve(fmt.Sprint(maxLinks + 1)); !errors.Is(link.Err, ErrLoop) {
		t.Errorf("%d links: %v, want %v", maxLinks+1, link.Err, ErrLoop)
	}
}

// A chain whose links each name the next many times grows with every step.
// What is not there is remembered, with the answer that the first look gave, but not
// beyond a number that bounds what a tree takes.
func TestResolveMissingDirectory(t *testing.T) {
	tree := &Tree{Dir: makeTree(t, [2]string{"a/file", "text"})}
	for _, name := range []string{"no/such/file", "a/no/file", "a/file/below", "a/no"} {
		first, again := tree.Resolve(name), tree.Resolve(name)
		if first.Err == nil || again.Name != first.Name || again.Err.Error() != first.Err.Error() {
			t.Errorf("%s: first %+v, then %+v", name, first, again)
		}
	}
	for _, name := range []string{"no/other", "no"} {
		if link := tree.Resolve(name); !errors.Is(link.Err, fs.ErrNotExist) || link.Name != name {
			t.Errorf("%s: %+v", name, link)
		}
	}
	for i := range 2 * maxMissing {
		tree.Resolve(fmt.Sprintf("no%d/file", i))
	}
	n := 0
	tree.missing.Range(func(any, any) bool {
		n++
		return true
	})
	if n > maxMissing {
		t.Errorf("%d remembered, more than %d", n, maxMissing)
	}
}

func TestResolveGrowingLinks(t *testing.T) {
	var entries [][2]string
	for i := range maxLinks {
		entries = append(entries, [2]string{fmt.Sprint(i), "-> " + strings.Repeat(fmt.Sprint(i+1)+"/", 1000)})
	}
	entries = append(entries, [2]string{fmt.Sprint(maxLinks), "-> ."})
	tree := &Tree{Dir: makeTree(t, entries...)}
	if link := tree.Resolve("0"); !errors.Is(link.Err, ErrLoop) {
		t.Errorf("error %v, want %v", link.Err, ErrLoop)
	}
}

func TestResolveTreeGivenAsLink(t *testing.T) {
	dir := makeTree(t, [2]string{"real/x.service", "text"}, [2]string{"link", "-> real"})
	tree := &Tree{Dir: filepath.Join(dir, "link")}
	link := tree.Resolve(".")
	if link.Err != nil || !link.Info.IsDir() || link.Name != "." {
		t.Errorf("Resolve(.) = %+v", link)
	}
	if text, err := tree.ReadFile("x.service"); text != "text" || err != nil {
		t.Errorf("ReadFile = %q, %v", text, err)
	}
	missing := &Tree{Dir: filepath.Join(dir, "missing")}
	if link := missing.Resolve("."); !errors.Is(link.Err, fs.ErrNotExist) || link.Info != nil {
		t.Errorf("Resolve(.) of a missing tree = %+v", link)
	}
}

func TestReadFile(t *testing.T) {
	dir := makeTree(t,
		[2]string{"x.service", "[Unit]\r\n\x00\xff"},
		[2]string{"empty.service", ""},
		[2]string{"link.service", "-> x.service"},
		[2]string{"fifo.service", "fifo"},
		[2]string{"linkedfifo.service", "-> fifo.service"},
		[2]string{"dir.service", "dir"},
		[2]string{"out.service", "-> /etc/hostname"},
		[2]string{"null.service", "-> /dev/null"},
		[2]string{"loop.service", "-> loop.service"},
	)
	socket, err := net.Listen("unix", filepath.Join(dir, "socket.service"))
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close() //nolint:errcheck // only its file matters
	tests := []struct {
		file    string
		want    string
		err     error
		message string
	}{
		{"x.service", "[Unit]\r\n\x00\xff", nil, ""},
		{"empty.service", "", nil, ""},
		{"link.service", "[Unit]\r\n\x00\xff", nil, ""},
		{"fifo.service", "", ErrNotRegular, "not a regular file (FIFO)"},
		{"linkedfifo.service", "", ErrNotRegular, "not a regular file (FIFO)"},
		{"dir.service", "", ErrNotRegular, "not a regular file (directory)"},
		{"socket.service", "", ErrNotRegular, "not a regular file (socket)"},
		{"out.service", "", ErrOutside, ""},
		{"null.service", "", ErrOutside, ""},
		{"loop.service", "", ErrLoop, ""},
		{"missing.service", "", fs.ErrNotExist, ""},
	}
	for _, test := range tests {
		t.Run(test.file, func(t *testing.T) {
			got, err := (&Tree{Dir: dir}).ReadFile(test.file)
			if got != test.want || !errors.Is(err, test.err) {
				t.Errorf("ReadFile = %q, %v; want %q, %v", got, err, test.want, test.err)
			}
			if test.message != "" && err.Error() != test.message {
				t.Errorf("error %q, want %q", err, test.message)
			}
		})
	}
}

func TestReadRegularRefusesDevicesAndFIFOs(t *testing.T) {
	dir := makeTree(t, [2]string{"x.service", "fifo"})
	for _, name := range []string{filepath.Join(dir, "x.service"), os.DevNull, dir} {
		if text, err := ReadRegular(name); text != "" || !errors.Is(err, ErrNotRegular) {
			t.Errorf("ReadRegular(%s) = %q, %v; want %v", name, text, err, ErrNotRegular)
		}
	}
}

func TestReadRegularSize(t *testing.T) {
	name := filepath.Join(t.TempDir(), "x.service")
	tests := []struct {
		size int64
		err  error
	}{
		{511, nil}, {512, nil}, {513, nil}, {100_000, nil},
		{MaxFileSize, nil},
		{MaxFileSize + 1, ErrTooLarge},
		{1 << 40, ErrTooLarge}, // sparse
	}
	for _, test := range tests {
		if err := os.WriteFile(name, nil, 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(name, test.size); err != nil {
			t.Skipf("no sparse files: %v", err)
		}
		text, err := ReadRegular(name)
		if !errors.Is(err, test.err) {
			t.Errorf("%d bytes: %v, want %v", test.size, err, test.err)
		}
		if err == nil && int64(len(text)) != test.size {
			t.Errorf("%d bytes: read %d", test.size, len(text))
		}
	}
}

// Files of /proc have content and no size.
func TestReadRegularWithoutSize(t *testing.T) {
	const name = "/proc/self/status"
	if _, err := os.Stat(name); err != nil {
		t.Skip("no /proc")
	}
	text, err := ReadRegular(name)
	if err != nil || !strings.Contains(text, "Name:") {
		t.Errorf("ReadRegular(%s) = %d bytes, %v", name, len(text), err)
	}
}

func TestUnreadable(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root reads everything")
	}
	dir := makeTree(t, [2]string{"x.service", "text"}, [2]string{"locked/y.service", "text"}, [2]string{"to", "-> locked/y.service"})
	lock := func(name string) {
		t.Helper()
		name = filepath.Join(dir, name)
		if err := os.Chmod(name, 0); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = os.Chmod(name, 0o755) }) // so that it can be removed
	}
	lock("x.service")
	lock("locked")
	tree := &Tree{Dir: dir, Overlay: map[string]string{"locked/z.service": ""}}
	for _, name := range []string{"x.service", "locked/y.service", "to"} {
		if _, err := tree.ReadFile(name); !errors.Is(err, fs.ErrPermission) {
			t.Errorf("ReadFile(%s): %v, want %v", name, err, fs.ErrPermission)
		}
	}
	// An overlay file must not hide that the directory could not be read.
	entries, err := tree.ReadDir("locked")
	if !errors.Is(err, fs.ErrPermission) || len(entries) != 1 {
		t.Errorf("ReadDir(locked) = %v, %v; want one entry and %v", entries, err, fs.ErrPermission)
	}
}

func entryNames(entries []fs.DirEntry) []string {
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

func TestReadDir(t *testing.T) {
	dir := makeTree(t,
		[2]string{"d/b.service", ""}, [2]string{"d/a.service", ""}, [2]string{"d/sub", "dir"},
		[2]string{"link", "-> d"}, [2]string{"file", ""}, [2]string{"out", "-> /etc"}, [2]string{"fifo", "fifo"},
		[2]string{".config/x.service", ""}, [2]string{"config/y.service", ""},
	)
	tests := []struct {
		name    string
		dir     string
		overlay []string
		want    []string
		err     error
	}{
		{"sorted", "d", nil, []string{"a.service", "b.service", "sub"}, nil},
		{"through a link", "link", nil, []string{"a.service", "b.service", "sub"}, nil},
		{"top", ".", nil, []string{".config", "config", "d", "fifo", "file", "link", "out"}, nil},
		{"file", "file", nil, nil, syscall.ENOTDIR},
		{"FIFO", "fifo", nil, nil, syscall.ENOTDIR},
		{"out of the tree", "out", nil, nil, ErrOutside},
		{"missing", "none", nil, nil, fs.ErrNotExist},
		{"overlay", "d", []string{"d/aa.service"}, []string{"a.service", "aa.service", "b.service", "sub"}, nil},
		{"overlay at the top", ".", []string{"z.service"}, []string{".config", "config", "d", "fifo", "file", "link", "out", "z.service"}, nil},
		{"overlay over a file", "d", []string{"d/a.service"}, []string{"a.service", "b.service", "sub"}, nil},
		{"overlay elsewhere", "d", []string{"d/sub/x.service", "x.service", "dd/x.service"}, []string{"a.service", "b.service", "sub"}, nil},
		{"overlay in a missing directory", "none", []string{"none/x.service"}, []string{"x.service"}, nil},
		{"overlay below a missing directory", "none", []string{"none/below/x.service"}, []string{"below"}, nil},
		{"overlay by the name of a link", "link", []string{"link/x.service"}, []string{"a.service", "b.service", "sub", "x.service"}, nil},
		{"overlay behind a link", "link", []string{"d/x.service"}, []string{"a.service", "b.service", "sub", "x.service"}, nil},
		{"overlay in a hidden directory", ".config", []string{".config/o.service"}, []string{"o.service", "x.service"}, nil},
		{"overlay beside a hidden directory", ".config", []string{"config/o.service"}, []string{"x.service"}, nil},
		{"overlay does not hide a link out", "out", []string{"out/x.service"}, []string{"x.service"}, ErrOutside},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			tree := &Tree{Dir: dir, Overlay: map[string]string{}}
			for _, name := range test.overlay {
				tree.Overlay[name] = "text"
			}
			entries, err := tree.ReadDir(test.dir)
			if !errors.Is(err, test.err) {
				t.Errorf("error %v, want %v", err, test.err)
			}
			if got := entryNames(entries); !slices.Equal(got, test.want) {
				t.Errorf("entries %q, want %q", got, test.want)
			}
		})
	}
}

func TestOverlay(t *testing.T) {
	dir := makeTree(t,
		[2]string{"d/disk.service", "disk"}, [2]string{"d/link.service", "-> disk.service"},
		[2]string{"d/fifo.service", "fifo"}, [2]string{"d/null.service", "-> /dev/null"}, [2]string{"dir", "-> d"},
		[2]string{"d/new", "-> new.service"},
	)
	tree := &Tree{Dir: dir, Overlay: map[string]string{
		"d/disk.service": "overlay",
		"d/fifo.service": "no FIFO",
		"d/null.service": "no mask",
		"d/new.service":  "new",
		"no/x.service":   "nowhere",
	}}
	for name, want := range map[string]string{
		"d/disk.service":        "overlay",
		"./d//disk.service":     "overlay",
		"/d/disk.service":       "overlay",
		"d/../d/disk.service":   "overlay",
		"dir/disk.service":      "overlay",
		"d/link.service":        "overlay",
		"d/fifo.service":        "no FIFO",
		"d/null.service":        "no mask",
		"d/new":                 "new",
		"no/x.service":          "nowhere",
		"./no/x.service":        "nowhere",
		"dir/../d/null.service": "no mask",
	} {
		text, err := tree.ReadFile(name)
		if text != want || err != nil {
			t.Errorf("ReadFile(%s) = %q, %v; want %q", name, text, err, want)
		}
		link := tree.Resolve(name)
		if link.Err != nil || !link.Info.Mode().IsRegular() || link.Info.Size() != int64(len(want)) {
			t.Errorf("Resolve(%s) = %+v", name, link)
		}
	}
	entries, err := tree.ReadDir("d")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if _, ok := tree.Overlay["d/"+entry.Name()]; ok && !entry.Type().IsRegular() {
			t.Errorf("%s is listed as %v, want a regular file", entry.Name(), entry.Type())
		}
	}
	if target, err := tree.Readlink("d/null.service"); err == nil {
		t.Errorf("Readlink of an overlay file = %q", target)
	}
}

func TestReadlink(t *testing.T) {
	outside := makeTree(t, [2]string{"secret", "-> told"})
	dir := makeTree(t,
		[2]string{"d/x.service", "-> /dev/null"}, [2]string{"link", "-> d"}, [2]string{"abs", "-> /d"},
		[2]string{"out", "-> " + outside}, [2]string{"file", ""}, [2]string{"d/up", "-> ../file"},
	)
	tests := []struct {
		name   string
		rooted bool
		want   string
		err    error
	}{
		{"d/x.service", false, "/dev/null", nil},
		{"/d/x.service", true, "/dev/null", nil},
		{"link/x.service", false, "/dev/null", nil},
		{"abs/x.service", true, "/dev/null", nil},
		{"abs/x.service", false, "", ErrOutside},
		{"d/up", false, "../file", nil},
		{"out/secret", false, "", ErrOutside},
		{"out/secret", true, "", fs.ErrNotExist},
		{"file", false, "", syscall.EINVAL},
		{"d/none", false, "", fs.ErrNotExist},
	}
	for _, test := range tests {
		tree := &Tree{Dir: dir, Rooted: test.rooted}
		if got, err := tree.Readlink(test.name); got != test.want || !errors.Is(err, test.err) {
			t.Errorf("Readlink(%s), rooted %v = %q, %v; want %q, %v", test.name, test.rooted, got, err, test.want, test.err)
		}
	}
}

func TestDeviceInRoot(t *testing.T) {
	dir := makeTree(t, [2]string{"etc/x.service", "-> /dev/null"}, [2]string{"dev", "dir"})
	device := filepath.Join(dir, "dev/null")
	if err := syscall.Mknod(device, syscall.S_IFCHR|0o666, 1<<8|3); err != nil {
		t.Skipf("cannot make a device: %v", err)
	}
	tree := &Tree{Dir: dir, Rooted: true}
	link := tree.Resolve("etc/x.service")
	if link.Err != nil || link.Name != "dev/null" || link.Info.Mode()&fs.ModeCharDevice == 0 {
		t.Errorf("Resolve = %+v", link)
	}
	if _, err := tree.ReadFile("etc/x.service"); !errors.Is(err, ErrNotRegular) || !strings.Contains(err.Error(), "character device") {
		t.Errorf("ReadFile: %v", err)
	}
}

func TestHostileNames(t *testing.T) {
	for _, name := range []string{
		"new\nline.service", "\x1b[31mred\x1b[0m.service", "\xff\xfe.service", "back\\slash.service", "..service", "a..b.service",
		"...", " ", "-rf", "\u202eecivres.x", "tab\t.service", "bell\a.service", "*?[", strings.Repeat("n", 255),
	} {
		t.Run(fmt.Sprintf("%.20q", name), func(t *testing.T) {
			dir := makeTree(t, [2]string{"d/" + name, "text"}, [2]string{"link", "-> d/" + name}, [2]string{"d/sub", "dir"})
			tree := &Tree{Dir: dir}
			for _, path := range []string{"d/" + name, "link", "d/./" + name, "d/sub/../" + name} {
				if text, err := tree.ReadFile(path); text != "text" || err != nil {
					t.Errorf("ReadFile(%q) = %q, %v", path, text, err)
				}
				if link := tree.Resolve(path); link.Name != "d/"+name {
					t.Errorf("Resolve(%q) = %q", path, link.Name)
				}
			}
			entries, err := tree.ReadDir("d")
			if err != nil || !slices.Contains(entryNames(entries), name) {
				t.Errorf("ReadDir = %q, %v", entryNames(entries), err)
			}
			if got, err := tree.Readlink("link"); got != "d/"+name || err != nil {
				t.Errorf("Readlink = %q, %v", got, err)
			}
		})
	}
	tree := &Tree{Dir: t.TempDir()}
	for _, name := range []string{"nul\x00.service", strings.Repeat("n", 256), strings.Repeat("d/", 5000)} {
		if link := tree.Resolve(name); link.Err == nil || link.Info != nil {
			t.Errorf("Resolve(%.20q) = %+v, want an error", name, link)
		}
	}
}

func TestKind(t *testing.T) {
	for mode, want := range map[fs.FileMode]string{
		0o644:                              "regular file",
		fs.ModeDir | 0o755:                 "directory",
		fs.ModeSymlink | 0o777:             "symbolic link",
		fs.ModeNamedPipe:                   "FIFO",
		fs.ModeSocket:                      "socket",
		fs.ModeDevice | fs.ModeCharDevice:  "character device",
		fs.ModeDevice:                      "block device",
		fs.ModeIrregular:                   "irregular file",
		fs.ModeSetuid | fs.ModeSticky | 01: "regular file",
	} {
		if got := Kind(mode); got != want {
			t.Errorf("Kind(%v) = %q, want %q", mode, got, want)
		}
	}
}

func BenchmarkReadFile(b *testing.B) {
	dir := b.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "etc/systemd/system"), 0o755); err != nil {
		b.Fatal(err)
	}
	text := []byte(strings.Repeat("Environment=NAME=value\n", 30))
	if err := os.WriteFile(filepath.Join(dir, "etc/systemd/system/x.service"), text, 0o644); err != nil {
		b.Fatal(err)
	}
	tree := &Tree{Dir: dir, Rooted: true}
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := tree.ReadFile("etc/systemd/system/x.service"); err != nil {
			b.Fatal(err)
		}
	}
}

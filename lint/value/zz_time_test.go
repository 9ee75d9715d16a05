package value
import ("testing";"strings";"syscall";"github.com/unitvet/unitvet/lint/directive";"fmt";"runtime/debug")
func cpu() float64 { var r syscall.Rusage; syscall.Getrusage(1, &r); return float64(r.Utime.Sec)+float64(r.Utime.Usec)/1e6 }
func TestZZTime(t *testing.T) {
	debug.SetGCPercent(400)
	unit,_ := ParseName("foo@bar.service")
	seen := map[string]bool{}
	for _, s := range directive.Sections() { for _, d := range directive.Section(s) {
		if seen[d.Key+string(d.Type)] || seen[string(d.Type)] && keyGrammars[d.Key]==nil {continue}; seen[d.Key+string(d.Type)]=true; seen[string(d.Type)]=true
		for _, p := range []string{"a ", ":", "%n", "%n ", "\\x41 ", "\"", "\"a\" ", "/", "/a:/b ", "-", "%%", "../", ";", "/bin/a ; ", "A=b ", "a:b:c:", "a", "1", ",", "a@%i.service ", "+", "=", "root=verity:", "\\:", "'\\'", "0/", "man:x ", "\\x41:", "é"} {
			var c [2]float64
			for k, size := range []int{1<<15, 1<<18} {
				text := strings.Trim(strings.Repeat(p, size/len(p)), blanks)
				a := cpu()
				Check(&d, text, Context{Unit: unit}, 262)
				c[k] = cpu()-a
			}
			if c[1] > 0.25 && c[1] > c[0]*12 { fmt.Printf("ZZ %s %q %.3f %.3f\n", d.Key, p, c[0],c[1]) }
		}
	}}
}

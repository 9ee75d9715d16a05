package value

// SystemCalls returns the names of system calls and of groups of them that a release
// of systemd knows, in no order.
func SystemCalls(release int) []string {
	var names []string
	for name, since := range systemCalls() {
		if since <= release {
			names = append(names, name)
		}
	}
	return names
}

package unit

import "github.com/unitvet/unitvet/lint/value"

// InstalledAs returns the name that links of systemctl enable give the unit: of a
// template the instance that DefaultInstance= names, if it does
// (install_info_symlink_wants in src/shared/install.c).
func (u *Unit) InstalledAs() string {
	if !u.IsTemplate() {
		return u.Name.String()
	}
	instance, _ := u.expandName(u.Value("Install", "DefaultInstance"))
	if name, err := u.Name.WithInstance(instance); err == nil {
		return name.String()
	}
	return u.Name.String()
}

// InstallAliases returns the names in Alias= that the unit has once it is
// enabled. systemd refuses names that a link could not give it
// (unit_file_verify_alias in src/shared/install.c).
func (u *Unit) InstallAliases() []string {
	var names []string
	for _, ref := range u.References("Install", "Alias") {
		if name, err := value.ParseName(ref.Name); err == nil && aliasFits(name, u.Name) {
			names = append(names, ref.Name)
		}
	}
	return names
}

package syntax

import (
	"slices"
	"strings"

	"github.com/unitvet/unitvet/lint/directive"
)

// reading is how systemd takes a value apart, as far as quotes and blanks go.
type reading struct {
	// words: blanks separate entries.
	words bool
	// unquotes: quotes group and vanish. Otherwise they are characters.
	unquotes bool
	// lenient: what makes no sense is taken or passed over without a word.
	lenient bool
	// command: the words are a program and its arguments.
	command bool
	// data: the value is a text in which everything may stand on purpose.
	data bool
}

// readings are those of the types of values; a type that is not here is one value
// in a grammar of its own: no quotes, and what does not fit is refused. The facts
// are those of src/core/load-fragment.c, held against systemd-analyze verify by
// the oracle test.
var readings = map[directive.Type]reading{
	directive.TypeExecCommand: {words: true, unquotes: true, command: true},

	directive.TypeAddressFamilySet:              {words: true, unquotes: true},
	directive.TypeArchitectureList:              {words: true, unquotes: true},
	directive.TypeBindMountList:                 {words: true, unquotes: true},
	directive.TypeDelegate:                      {words: true, unquotes: true},
	directive.TypeDirectoryList:                 {words: true, unquotes: true, lenient: true},
	directive.TypeEnvironmentAssignments:        {words: true, unquotes: true},
	directive.TypeEnvironmentNames:              {words: true, unquotes: true},
	directive.TypeImageList:                     {words: true, unquotes: true},
	directive.TypeJournalFields:                 {words: true, unquotes: true},
	directive.TypePathList:                      {words: true, unquotes: true},
	directive.TypePathListFlags:                 {words: true, unquotes: true},
	directive.TypeStringList:                    {words: true, unquotes: true},
	directive.TypeTmpfsList:                     {words: true, unquotes: true},
	directive.TypeURLList:                       {words: true, unquotes: true},
	directive.TypeCapabilitySet:                 {words: true, unquotes: true, lenient: true},
	directive.TypeFileSystemSet:                 {words: true, unquotes: true, lenient: true},
	directive.TypeInterfaceNameList:             {words: true, unquotes: true, lenient: true},
	directive.TypeMountOptions:                  {words: true, unquotes: true, lenient: true},
	directive.TypeNFTSet:                        {words: true, unquotes: true, lenient: true},
	directive.TypeCPUSet:                        {unquotes: true},
	directive.TypeDeviceAllow:                   {unquotes: true},
	directive.TypeExitStatusOrSignalSet:         {words: true},
	directive.TypeIPPrefixList:                  {words: true},
	directive.TypeSystemCallSet:                 {words: true},
	directive.TypeUnitList:                      {words: true},
	directive.TypeUserOrGroupList:               {words: true, lenient: true},
	directive.TypeBPFProgram:                    {lenient: true},
	directive.TypeConditionPath:                 {lenient: true},
	directive.TypeConditionString:               {lenient: true},
	directive.TypeCredential:                    {lenient: true},
	directive.TypeCredentialGlob:                {lenient: true},
	directive.TypeFDName:                        {lenient: true},
	directive.TypeInstanceName:                  {lenient: true},
	directive.TypeMountSource:                   {lenient: true},
	directive.TypeOpenFile:                      {lenient: true},
	directive.TypePath:                          {lenient: true},
	directive.TypeString:                        {lenient: true},
	directive.TypeUserOrGroup:                   {lenient: true},
	directive.TypeXattr:                         {lenient: true},
	directive.TypeRegexp:                        {lenient: true, data: true},
	directive.TypeEnvironmentNamesOrAssignments: {words: true, unquotes: true},
}

// oddReadings are those of directives that are read otherwise than others of
// their type.
var oddReadings = map[string]reading{
	"ExecSearchPath":         {lenient: true}, // separated by colons
	"DisableControllers":     {words: true, lenient: true},
	"LogNamespace":           {},
	"SecureBits":             {words: true, unquotes: true, lenient: true},
	"SetCredential":          {lenient: true, data: true},
	"SetCredentialEncrypted": {lenient: true, data: true},
	"StandardInputText":      {lenient: true, data: true},
	// systemctl reads [Install] (src/shared/install.c), and takes quotes off all its
	// lists but Also=.
	"Alias":      {words: true, unquotes: true},
	"RequiredBy": {words: true, unquotes: true},
	"UpheldBy":   {words: true, unquotes: true},
	"WantedBy":   {words: true, unquotes: true},
}

// unquotedParameters are the kinds of arguments of Condition*= and Assert*= that
// are cut into words (src/shared/condition.c).
var unquotedParameters = []string{"controller-list", "os-release", "version-expression"}

// maybePaths are types whose values may be paths, in which any character may
// stand.
var maybePaths = []directive.Type{directive.TypeBase64OrPath, directive.TypeHexOrPath, directive.TypeSocketAddress}

// readingOf returns how systemd reads a value of a directive.
func readingOf(d *directive.Directive, value string) reading {
	if r, ok := oddReadings[d.Key]; ok {
		return r
	}
	switch {
	case d.Type == directive.TypeConditionString && slices.Contains(unquotedParameters, d.Parameter):
		return reading{unquotes: true, lenient: true}
	case d.Type == directive.TypeEnum && d.Also&directive.AlsoOther != 0:
		if kind, _, ok := strings.Cut(value, ":"); ok && isWord(kind) {
			return reading{lenient: true} // StandardOutput=file:PATH
		}
	case slices.Contains(maybePaths, d.Type) && (strings.HasPrefix(value, "/") || strings.HasPrefix(value, "@")):
		return reading{lenient: true}
	}
	return readings[d.Type]
}

package value

import (
	"math"

	"github.com/unitvet/unitvet/lint/directive"
	"github.com/unitvet/unitvet/lint/source"
)

// Check reads a value as the given systemd release reads it for a directive, and
// returns what is wrong with it: nothing if systemd takes the value without a
// word. Spans are in text. An empty value is a matter of the directive
// (directive.EmptyEffect) and never a problem here. unit is what specifiers are
// expanded for; a specifier that is not known stands for some valid text. A release
// that does not know the directive, or does nothing with it, reads no value.
func Check(d *directive.Directive, text string, unit Context, release int) []*Problem {
	grammar, ok := keyGrammars[d.Key]
	if !ok {
		grammar = grammars[d.Type]
	}
	if text == "" || grammar == nil || !d.In(release) {
		return nil
	}
	return grammar(argument{d, text, unit, release})
}

// argument is what a grammar is applied to.
type argument struct {
	*directive.Directive
	Text    string
	Unit    Context
	Release int // of systemd
}

// whole returns a problem with the whole value.
func (a argument) whole(kind ProblemKind, text, expected string) []*Problem {
	return []*Problem{{Kind: kind, Span: source.Span{Start: 0, End: len(a.Text)}, Text: text, Expected: expected}}
}

// grammars are the grammars of all types of values.
var grammars = map[directive.Type]func(argument) []*Problem{
	// Paths, names, addresses, devices and the like.
	directive.TypeBPFProgram:                    bpfProgram,
	directive.TypeBindMountList:                 bindMounts,
	directive.TypeBusName:                       busName,
	directive.TypeCredential:                    loadCredential,
	directive.TypeCredentialGlob:                importCredential,
	directive.TypeDeviceAllow:                   deviceAllow,
	directive.TypeDeviceBandwidth:               deviceLimit(checkDeviceBandwidth),
	directive.TypeDeviceLatency:                 deviceLimit(checkDeviceLatency),
	directive.TypeDeviceWeight:                  deviceLimit(checkDeviceWeight),
	directive.TypeDirectoryList:                 directoryList,
	directive.TypeEnvironmentAssignments:        environment,
	directive.TypeEnvironmentNames:              passEnvironment,
	directive.TypeEnvironmentNamesOrAssignments: unsetEnvironment,
	directive.TypeExecCommand:                   execCommand,
	directive.TypeFDName:                        fdName,
	directive.TypeIPPrefixList:                  prefixes,
	directive.TypeImageList:                     mountImages,
	directive.TypeImagePolicy:                   imagePolicy,
	directive.TypeInterfaceName:                 bindToDevice,
	directive.TypeInterfaceNameList:             networkInterfaces,
	directive.TypeMountOptions:                  rootImageOptions,
	directive.TypeMountSource:                   mountSource,
	directive.TypeNFTSet:                        nftSet,
	directive.TypeOpenFile:                      openFile,
	directive.TypePath:                          onePath,
	directive.TypePathList:                      mountsFor,
	directive.TypePathListFlags:                 flaggedPaths,
	directive.TypeSocketAddress:                 listen,
	directive.TypeSocketBind:                    socketBind,
	directive.TypeTmpfsList:                     tmpfsList,
	directive.TypeURLList:                       documentation,
	directive.TypeUnitList:                      unitNames,
	directive.TypeUnitName:                      triggeredUnit,
	directive.TypeUserOrGroup:                   user,
	directive.TypeUserOrGroupList:               users,
	directive.TypeXattr:                         xattr,

	// Numbers, sizes, times, words and texts.
	directive.TypeAddressFamilySet:      addressFamilySet,
	directive.TypeArchitectureList:      architectureList,
	directive.TypeBase64:                base64Data,
	directive.TypeBase64OrPath:          base64OrPath,
	directive.TypeBoolean:               boolean,
	directive.TypeCPUSet:                cpuSet,
	directive.TypeCPUWeight:             cpuWeight,
	directive.TypeCalendar:              calendar,
	directive.TypeCapabilitySet:         capabilitySet,
	directive.TypeConditionPath:         conditionPath,
	directive.TypeConditionString:       conditionString,
	directive.TypeDelegate:              delegate,
	directive.TypeEnum:                  enum,
	directive.TypeErrno:                 errorNumber,
	directive.TypeExitStatus:            unsigned(0, 255, 8),
	directive.TypeExitStatusOrSignalSet: exitStatusSet,
	directive.TypeFileSystemSet:         fileSystemSet,
	directive.TypeFlags:                 flags,
	directive.TypeHexOrPath:             hexOrPath,
	directive.TypeInstanceName:          instanceName,
	directive.TypeInteger:               signed(math.MinInt32, math.MaxInt32, 32),
	directive.TypeIntegerRange:          integerRange,
	directive.TypeJournalFields:         journalFields,
	directive.TypeLong:                  signed(math.MinInt64, math.MaxInt64, 64),
	directive.TypeMemoryLimit:           memoryLimit,
	directive.TypeMode:                  fileMode,
	directive.TypeNamespaceSet:          namespaceSet,
	directive.TypeNice:                  signed(-20, 19, 32),
	directive.TypeOOMScoreAdjust:        signed(-1000, 1000, 32),
	directive.TypePercent:               percentage,
	directive.TypeRegexp:                pattern,
	directive.TypeResourceLimit:         resourceLimit,
	directive.TypeSignal:                signal,
	directive.TypeSizeIEC:               sizeIEC,
	directive.TypeSizeOrPercent:         sizeOrPercent,
	directive.TypeString:                freeText,
	directive.TypeStringList:            stringList,
	directive.TypeSystemCallSet:         systemCallSet,
	directive.TypeTasksMax:              tasksMax,
	directive.TypeTimeSpan:              timespan,
	directive.TypeTimeSpanNanoseconds:   timespanNanoseconds,
	directive.TypeTristate:              boolean,
	directive.TypeUnsigned:              unsigned(0, math.MaxUint32, 32),
	directive.TypeUnsignedOrInfinity:    unsignedOrInfinity,
	directive.TypeWeight:                weight,
}

package directive

import (
	"math"
	"strconv"
	"strings"

	"github.com/unitvet/unitvet/lint/value"
)

// amountOfMemory reads a limit of memory: bytes, a whole percentage, or infinity.
func amountOfMemory(text string) (amount uint64, kind string, ok bool) {
	if text == "infinity" {
		return math.MaxUint64, "bytes", true
	}
	if digits, found := strings.CutSuffix(text, "%"); found {
		n, err := strconv.ParseUint(digits, 10, 8)
		return n, "percent", err == nil
	}
	n, err := value.ParseSize(text, 1024)
	return n, "bytes", err == nil
}

// amountOfTime reads a time span of which plain numbers are seconds.
func amountOfTime(text string) (amount uint64, kind string, ok bool) {
	t, err := value.ParseTimespan(text, value.Second)
	return uint64(t), "time", err == nil
}

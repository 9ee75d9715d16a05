package value

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/unitvet/unitvet/lint/source"
)

// Calendar is a calendar expression: the points of time whose year, month and so on
// are all among those it names (man page systemd.time, "Calendar Events").
type Calendar struct {
	// Weekdays has bit 0 set for Monday, up to bit 6 for Sunday; 0 is any day.
	Weekdays uint8
	// Years to Minutes are sorted; one that is empty stands for all.
	Years, Months, Days, Hours, Minutes []CalendarRange
	// Microseconds are those of a minute, seconds included.
	Microseconds []CalendarRange
	// FromMonthEnd says that days count from the end of the month: 1 is the last.
	FromMonthEnd bool
	// Zone is the IANA name of the time zone, "UTC" among them; "" is the local zone
	// of the host.
	Zone string
}

// CalendarRange is the numbers from Start on, Repeat apart, up to Stop.
type CalendarRange struct {
	Start int
	// Stop is -1 where there is no end, or, without Repeat, only one number.
	Stop int
	// Repeat is 0 for a single number.
	Repeat int
}

// Limits of calendar expressions (src/shared/calendarspec.c).
const (
	minYear           = 1970
	maxYear           = 2199
	maxCalendarRanges = 241 // of a component
	microseconds      = 1_000_000
)

// calendarShorthands are the words for whole expressions, in lower case.
var calendarShorthands = map[string]string{
	"minutely": "*-*-* *:*:00", "hourly": "*-*-* *:00:00", "daily": "*-*-* 00:00:00", "weekly": "Mon *-*-* 00:00:00",
	"monthly": "*-*-01 00:00:00", "quarterly": "*-01,04,07,10-01 00:00:00",
	"yearly": "*-01-01 00:00:00", "annually": "*-01-01 00:00:00", "anually": "*-01-01 00:00:00",
	"biannually": "*-01,07-01 00:00:00", "bi-annually": "*-01,07-01 00:00:00",
	"semiannually": "*-01,07-01 00:00:00", "semi-annually": "*-01,07-01 00:00:00",
}

// ParseCalendar reads a calendar expression. The error is a *Problem
// (calendar_spec_from_string in src/shared/calendarspec.c). Time zones are taken by
// their IANA names, whether the machine that runs this has them or not; abbreviations
// such as CEST, which systemd takes where they are those of the host, are not.
func ParseCalendar(s string) (Calendar, error) {
	r := calendarReader{text: s, end: len(s)}
	c, problem := r.read()
	if problem != nil {
		return Calendar{}, problem
	}
	return c, nil
}

// calendarReader reads a calendar expression from text[pos:end].
type calendarReader struct {
	text     string
	pos, end int
}

// peek returns the next byte, 0 at the end.
func (r *calendarReader) peek() byte { return r.at(0) }

// at returns the byte n after the next, 0 at the end.
func (r *calendarReader) at(n int) byte {
	if r.pos+n >= r.end {
		return 0
	}
	return r.text[r.pos+n]
}

// calendarExample is what is expected of a calendar expression.
const calendarExample = "an expression such as daily, Mon..Fri 09:00 or *-*-01 04:30:00"

// problem returns what is wrong at the position.
func (r *calendarReader) problem(text string) *Problem {
	start := min(r.pos, r.end)
	span := source.Span{Start: start, End: r.end}
	if span.Len() == 0 {
		span = source.Span{Start: 0, End: len(r.text)}
	}
	return &Problem{Kind: BadCalendar, Span: span, Text: text, Expected: calendarExample}
}

// read reads the whole expression.
func (r *calendarReader) read() (Calendar, *Problem) {
	var c Calendar
	unknown := r.zone(&c)
	body := r.text[:r.end]
	long, short := calendarShorthands[strings.ToLower(body)]
	var problem *Problem
	switch {
	case body == "":
		problem = r.problem("the expression is empty")
	case short:
		inner := calendarReader{text: long, end: len(long)}
		problem = inner.fields(&c)
	default:
		problem = r.fields(&c)
	}
	if problem == nil {
		c.normalize()
		if text := c.check(); text != "" {
			problem = r.problem(text)
			problem.Span = source.Span{Start: 0, End: r.end}
		}
	}
	if problem != nil && unknown != nil {
		problem = unknown // the last word is the likelier culprit
	}
	return c, problem
}

// zone takes the time zone off the end. A last word that is none, though it can be
// nothing else, is returned as a problem.
func (r *calendarReader) zone(c *Calendar) *Problem {
	const utc = " utc"
	if len(r.text) >= len(utc) && strings.EqualFold(r.text[len(r.text)-len(utc):], utc) {
		c.Zone, r.end = "UTC", len(r.text)-len(utc)
		return nil
	}
	space := strings.LastIndexByte(r.text, ' ')
	if space < 0 {
		return nil
	}
	word := r.text[space+1:]
	if word == "" || word[0]|0x20 < 'a' || word[0]|0x20 > 'z' {
		return nil
	}
	if ValidTimeZone(word) {
		c.Zone, r.end = word, space
		return nil
	}
	if weekdayAt(word) >= 0 {
		return nil
	}
	return &Problem{Kind: UnknownTimeZone, Span: source.Span{Start: space + 1, End: len(r.text)},
		Text: "unknown time zone " + quoted(word), Expected: "UTC or a name such as Europe/Berlin at the end, or an expression such as daily or Mon..Fri 09:00"}
}

// fields reads weekdays, date and time.
func (r *calendarReader) fields(c *Calendar) *Problem {
	if problem := r.weekdays(c); problem != nil {
		return problem
	}
	whole, problem := r.date(c)
	if problem != nil {
		return problem
	}
	if !whole {
		if problem := r.clock(c); problem != nil {
			return problem
		}
	}
	if r.pos < r.end {
		return r.problem("there is something after the expression")
	}
	return nil
}

// weekdayNames are the days of the week, each with its short name being the start of
// the long one.
var weekdayNames = [...]string{"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"}

// shortWeekday is the length of a short name.
const shortWeekday = 3

// weekdayAt returns the day of the week that s starts with, 0 for Monday, or -1.
func weekdayAt(s string) int {
	if len(s) < shortWeekday {
		return -1
	}
	for day, name := range weekdayNames {
		if strings.EqualFold(s[:shortWeekday], name[:shortWeekday]) {
			return day
		}
	}
	return -1
}

// weekdays reads the days of the week, if there are any.
func (r *calendarReader) weekdays(c *Calendar) *Problem {
	from := -1 // the start of a range
	for first := true; ; first = false {
		day := weekdayAt(r.text[r.pos:r.end])
		if day < 0 {
			if first {
				return nil
			}
			return r.problem("there is no day of the week where one should be")
		}
		name := weekdayNames[day]
		n := shortWeekday
		if rest := r.text[r.pos:r.end]; len(rest) >= len(name) && strings.EqualFold(rest[:len(name)], name) {
			n = len(name)
		}
		if strings.IndexByte("\x00-., ", r.at(n)) < 0 {
			return r.problem("this is no day of the week")
		}
		if from > day {
			return r.problem("the range of days runs backwards")
		}
		for d := max(from, 0); from >= 0 && d < day; d++ {
			c.Weekdays |= 1 << d
		}
		c.Weekdays |= 1 << day
		r.pos += n
		switch r.peek() {
		case 0:
			return nil
		case ' ':
			r.blanks()
			return nil
		case ',':
			from = -1
			r.pos++
		default: // a range, as .. or, in old times, -
			if from >= 0 || r.peek() == '.' && r.at(1) != '.' {
				return r.problem("this is no range of days")
			}
			from = day
			if r.peek() == '.' {
				r.pos++
			}
			r.pos++
		}
		// A comma may stand at the end, a range may not stay open.
		if next := r.peek(); next == 0 || next == ' ' {
			if from >= 0 {
				return r.problem("the range of days has no end")
			}
			r.blanks()
			return nil
		}
	}
}

// blanks skips blanks; others than these do not separate anything here.
func (r *calendarReader) blanks() {
	for r.peek() == ' ' {
		r.pos++
	}
}

// date reads the date, if there is one; whole says that it gives the time as well.
func (r *calendarReader) date(c *Calendar) (whole bool, problem *Problem) {
	start := r.pos
	if r.peek() == 0 {
		return false, nil
	}
	if r.peek() == '@' {
		return true, r.epoch(c)
	}
	var parts [][]CalendarRange
	for {
		ranges, problem := r.ranges(1)
		if problem != nil {
			return false, problem
		}
		parts = append(parts, ranges)
		separator := r.peek()
		switch {
		case len(parts) == 1 && (separator == 0 || separator == ':'):
			r.pos = start // it was a time
			return false, nil
		case len(parts) > 1 && (separator == 0 || separator == ' '):
			r.blanks()
			if len(parts) == 3 {
				c.Years = parts[0]
			}
			c.Months, c.Days = parts[len(parts)-2], parts[len(parts)-1]
			return false, nil
		case len(parts) == 3, separator != '-' && separator != '~', c.FromMonthEnd:
			return false, r.problem("the date goes on where it should end")
		}
		c.FromMonthEnd = separator == '~'
		r.pos++
	}
}

// epoch reads @ and seconds since 1970.
func (r *calendarReader) epoch(c *Calendar) *Problem {
	n := scanNumber(r.text[r.pos+1:r.end], 10, false)
	switch {
	case n.end == 0:
		return r.problem("there is no number after the @")
	case n.negative && n.magnitude > 0, n.overflow, n.magnitude > math.MaxInt32*64: // far beyond the last year
		return r.problem("the time is out of range")
	}
	t := time.Unix(int64(n.magnitude), 0).UTC()
	single := func(v int) []CalendarRange { return []CalendarRange{{v, -1, 0}} }
	c.Zone = "UTC"
	c.Years, c.Months, c.Days = single(t.Year()), single(int(t.Month())), single(t.Day())
	c.Hours, c.Minutes, c.Microseconds = single(t.Hour()), single(t.Minute()), single(t.Second()*microseconds)
	r.pos += 1 + n.end
	return nil
}

// clock reads the time of the day. Without one it is midnight.
func (r *calendarReader) clock(c *Calendar) *Problem {
	zero := []CalendarRange{{0, -1, 0}}
	c.Hours, c.Minutes, c.Microseconds = zero, zero, zero
	if r.peek() == 0 {
		return nil
	}
	var problem *Problem
	if c.Hours, problem = r.ranges(1); problem != nil {
		return problem
	}
	if r.peek() != ':' {
		return r.problem("there is no : after the hour")
	}
	r.pos++
	if c.Minutes, problem = r.ranges(1); problem != nil || r.peek() == 0 {
		return problem
	}
	if r.peek() != ':' {
		return r.problem("there is no : after the minute")
	}
	r.pos++
	c.Microseconds, problem = r.ranges(microseconds)
	return problem
}

// ranges reads the values of one component: * for all, or numbers, ranges and
// repetitions with commas between. unit is how many of the smallest unit are 1; more
// than one lets fractions in.
func (r *calendarReader) ranges(unit int) ([]CalendarRange, *Problem) {
	if r.peek() == '*' {
		r.pos++
		if unit > 1 {
			return []CalendarRange{{0, -1, unit}}, nil
		}
		return nil, nil
	}
	var ranges []CalendarRange
	for {
		if len(ranges) == maxCalendarRanges {
			return nil, r.problem("there are too many values")
		}
		next, problem := r.calendarRange(unit)
		if problem != nil {
			return nil, problem
		}
		if strings.IndexByte("\x00 ,-~:", r.peek()) < 0 {
			return nil, r.problem("this is no number, range or repetition")
		}
		ranges = append(ranges, next)
		if r.peek() != ',' {
			return ranges, nil
		}
		r.pos++
	}
}

// calendarRange reads A, A..B, A/N or A..B/N.
func (r *calendarReader) calendarRange(unit int) (CalendarRange, *Problem) {
	start, problem := r.number(unit)
	if problem != nil {
		return CalendarRange{}, problem
	}
	c := CalendarRange{start, -1, 0}
	if r.peek() == '.' && r.at(1) == '.' {
		r.pos += 2
		if c.Stop, problem = r.number(unit); problem != nil {
			return c, problem
		}
		c.Repeat = unit
	}
	if r.peek() == '/' {
		r.pos++
		if c.Repeat, problem = r.number(unit); problem == nil && c.Repeat == 0 {
			problem = r.problem("the step is zero")
		}
		return c, problem
	}
	switch {
	case c.Start > math.MaxInt32-c.Repeat:
		return c, r.problem("the number is too large")
	case unit > 1 && c.Stop >= 0 && c.Start+c.Repeat > c.Stop:
		return c, r.problem("the range is shorter than a second")
	}
	return c, nil
}

// number reads digits, and a fraction where unit has room for one.
func (r *calendarReader) number(unit int) (int, *Problem) {
	if c := r.peek(); c < '0' || c > '9' {
		return 0, r.problem("there is no number where one should be")
	}
	n := scanNumber(r.text[r.pos:r.end], 10, false)
	if n.overflow || n.magnitude > math.MaxInt32 {
		return 0, r.problem("the number is too large")
	}
	r.pos += n.end
	v := int(n.magnitude) * unit
	if unit > 1 && r.peek() == '.' && r.at(1) != '.' {
		r.pos++
		fraction, problem := r.fraction()
		if problem != nil {
			return 0, problem
		}
		v += fraction
	}
	if v > math.MaxInt32 {
		return 0, r.problem("the number is too large")
	}
	return v, nil
}

// fraction reads the digits after a decimal point as millionths, rounded.
func (r *calendarReader) fraction() (int, *Problem) {
	const places = 6
	v, n := 0, 0
	for ; r.peek() >= '0' && r.peek() <= '9'; n++ {
		digit := int(r.peek() - '0')
		switch {
		case n < places:
			v = v*10 + digit
		case n == places && digit >= 5:
			v++
		}
		r.pos++
	}
	if n == 0 {
		return 0, r.problem("there is no digit after the decimal point")
	}
	for ; n < places; n++ {
		v *= 10
	}
	return v, nil
}

// normalize brings the parts into the one form that stands for all that mean the
// same.
func (c *Calendar) normalize() {
	const everyDay = 1<<7 - 1
	if c.Weekdays == everyDay {
		c.Weekdays = 0
	}
	if len(c.Days) == 0 {
		c.FromMonthEnd = false
	}
	for i := range c.Years {
		c.Years[i].Start, c.Years[i].Stop = fullYear(c.Years[i].Start), fullYear(c.Years[i].Stop)
	}
	for _, ranges := range []*[]CalendarRange{&c.Years, &c.Months, &c.Days, &c.Hours, &c.Minutes, &c.Microseconds} {
		for i := range *ranges {
			(*ranges)[i].normalize()
		}
		slices.SortFunc(*ranges, func(a, b CalendarRange) int {
			return 4*compareInt(a.Start, b.Start) + 2*compareInt(a.Stop, b.Stop) + compareInt(a.Repeat, b.Repeat)
		})
		*ranges = slices.Compact(*ranges)
	}
}

// compareInt returns -1, 0 or 1.
func compareInt(a, b int) int { return min(max(a-b, -1), 1) }

// fullYear turns 70 to 99 into years of the last century, 0 to 69 into those of this.
func fullYear(year int) int {
	switch {
	case year < 0 || year >= 100:
		return year
	case year >= 70:
		return year + 1900
	}
	return year + 2000
}

// normalize lets the range end on a number it holds, and drops a repetition that never
// comes.
func (r *CalendarRange) normalize() {
	ranged := r.Stop > r.Start && r.Repeat > 0
	if ranged {
		r.Stop -= (r.Stop - r.Start) % r.Repeat
	}
	if ranged && r.Start+r.Repeat > r.Stop || r.Start == r.Stop {
		r.Repeat, r.Stop = 0, -1
	}
}

// check returns what is out of range, "" if nothing is (calendar_spec_valid).
func (c *Calendar) check() string {
	for _, part := range []struct {
		name   string
		ranges []CalendarRange
		low    int
		high   int
		back   bool
	}{
		{"year", c.Years, minYear, maxYear, false}, {"month", c.Months, 1, 12, false}, {"day", c.Days, 1, 31, c.FromMonthEnd},
		{"hour", c.Hours, 0, 23, false}, {"minute", c.Minutes, 0, 59, false}, {"second", c.Microseconds, 0, 60*microseconds - 1, false},
	} {
		for _, r := range part.ranges {
			if part.back {
				// Every month has 28 days. That systemd takes 3 off once more for each value
				// of a list must be a slip, yet it refuses what is beyond.
				part.high -= 3
			}
			if !r.within(part.low, part.high, part.back) {
				return "the " + part.name + " is out of range"
			}
		}
	}
	return ""
}

// within reports whether the range lies between low and high and is repeated once at
// least. back says that it runs down, being counted from the end.
func (r CalendarRange) within(low, high int, back bool) bool {
	if r.Start < low || r.Start > high || r.Repeat > high-low {
		return false
	}
	switch {
	case r.Stop >= 0:
		return r.Stop >= low && r.Stop <= high && r.Start+r.Repeat <= r.Stop
	case back:
		return r.Start-r.Repeat >= low
	}
	return r.Start+r.Repeat <= high
}

// Normalize writes the expression in the form that systemd gives it, all parts spelt
// out: "Mon *-*-* 00:00:00" (calendar_spec_to_string).
func (c Calendar) Normalize() string {
	var b strings.Builder
	if c.Weekdays != 0 {
		b.WriteString(c.weekdays() + " ")
	}
	separator := "-"
	if c.FromMonthEnd {
		separator = "~"
	}
	b.WriteString(formatRanges(c.Years, 4, 1) + "-" + formatRanges(c.Months, 2, 1) + separator + formatRanges(c.Days, 2, 1) + " ")
	b.WriteString(formatRanges(c.Hours, 2, 1) + ":" + formatRanges(c.Minutes, 2, 1) + ":" + formatRanges(c.Microseconds, 2, microseconds))
	if c.Zone != "" {
		b.WriteString(" " + c.Zone)
	}
	return b.String()
}

// weekdays writes the days of the week, three or more in a row as a range.
func (c Calendar) weekdays() string {
	name := func(day int) string {
		return strings.ToUpper(weekdayNames[day][:1]) + weekdayNames[day][1:shortWeekday]
	}
	var parts []string
	for day := 0; day < len(weekdayNames); day++ {
		if c.Weekdays&(1<<day) == 0 {
			continue
		}
		first := day
		for day+1 < len(weekdayNames) && c.Weekdays&(1<<(day+1)) != 0 {
			day++
		}
		parts = append(parts, name(first))
		switch day - first {
		case 0:
		case 1:
			parts = append(parts, name(day))
		default:
			parts[len(parts)-1] += ".." + name(day)
		}
	}
	return strings.Join(parts, ",")
}

// formatRanges writes a component, numbers with at least width digits.
func formatRanges(ranges []CalendarRange, width, unit int) string {
	number := func(v, width int) string {
		s := fmt.Sprintf("%0*d", width, v/unit)
		if v%unit > 0 {
			s += fmt.Sprintf(".%06d", v%unit)
		}
		return s
	}
	if unit > 1 && slices.Contains(ranges, CalendarRange{0, -1, unit}) {
		return "*"
	}
	var parts []string
	for _, r := range ranges {
		s := number(r.Start, width)
		if r.Stop > 0 {
			s += ".." + number(r.Stop, width)
		}
		if r.Repeat > 0 && (r.Stop <= 0 || r.Repeat != unit) {
			s += "/" + number(r.Repeat, 1)
		}
		parts = append(parts, s)
	}
	if parts == nil {
		return "*"
	}
	return strings.Join(parts, ",")
}

// conflict returns the day of the week that a single date falls on if it is none of
// those beside it; ok is false if there is no such conflict
// (calendar_spec_weekday_conflicts).
func (c Calendar) conflict() (date string, day time.Weekday, ok bool) {
	if c.Weekdays == 0 || c.FromMonthEnd {
		return "", 0, false
	}
	var parts [3]int
	for i, ranges := range [][]CalendarRange{c.Years, c.Months, c.Days} {
		if len(ranges) != 1 || ranges[0].Repeat != 0 || ranges[0].Stop >= 0 {
			return "", 0, false
		}
		parts[i] = ranges[0].Start
	}
	t := time.Date(parts[0], time.Month(parts[1]), parts[2], 0, 0, 0, 0, time.UTC)
	if t.Day() != parts[2] || c.onWeekday(t) {
		return "", 0, false
	}
	return t.Format(time.DateOnly), t.Weekday(), true
}

// onWeekday reports whether a date falls on one of the days of the week.
func (c Calendar) onWeekday(t time.Time) bool {
	const sunday = 6 // with Monday as 0
	return c.Weekdays == 0 || c.Weekdays&(1<<((int(t.Weekday())+sunday)%len(weekdayNames))) != 0
}

// calendar is OnCalendar= (config_parse_timer). A date that can never fall on the day
// of the week beside it is accepted; since 262 systemd warns of it.
func calendar(a argument) []*Problem {
	const conflictSince = 262
	e, problem := a.expandAll(maxExpansion)
	if problem != nil {
		return a.single(problem)
	}
	if !a.decided(e) {
		return nil
	}
	r := calendarReader{text: e.Text, end: len(e.Text)}
	c, problem := r.read()
	if problem != nil {
		return a.single(e.place(problem))
	}
	date, day, ok := c.conflict()
	if !ok || a.Release < conflictSince {
		return nil
	}
	problems := a.whole(WeekdayConflict, date+" is a "+day.String()+": the timer never elapses", "")
	problems[0].Effect = Accepted
	return problems
}

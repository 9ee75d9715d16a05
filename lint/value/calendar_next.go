package value

import (
	"time"
)

// Next returns the first point of time after from that the expression names, in the
// zone of the expression or, if it has none, of from. ok is false if there is none
// before the year 2200, and if the zone cannot be loaded on this machine: see
// Elapses (calendar_spec_next_usec in src/shared/calendarspec.c).
//
// Where clocks are put forward, times of day that are left out are passed over; where
// they are put back, times that come twice count once, the first unless from is past
// it.
func (c Calendar) Next(from time.Time) (next time.Time, ok bool) {
	zone := from.Location()
	if c.Zone != "" {
		var err error
		if zone, err = time.LoadLocation(c.Zone); err != nil {
			return time.Time{}, false
		}
	}
	// Points of time are whole microseconds, the next one being the earliest.
	from = from.Truncate(time.Microsecond)
	at := localTime(from.Add(time.Microsecond).In(zone))
	for {
		at, ok = c.from(at, zone)
		if !ok {
			return time.Time{}, false
		}
		first, last, gap := at.instants(zone)
		switch {
		case first.After(from):
			return first, true
		case !gap && last.After(from):
			return last, true
		case gap:
			_, end := last.ZoneBounds() // of the time before the gap
			at = later(localTime(end), at)
		default: // cannot be: at is not before from
			return time.Time{}, false
		}
	}
}

// Elapses reports whether the expression names any point of time after from. It is
// answered without time zones, so that the answer is the same on all machines: from
// the day before on.
func (c Calendar) Elapses(from time.Time) bool {
	_, ok := c.from(localTime(from.UTC().AddDate(0, 0, -1)), nil)
	return ok
}

// local is a date and time of day, without a zone. Its parts may be out of range
// where that is said.
type local struct {
	year, month, day, hour, minute, microsecond int
}

// localTime returns date and time of day of t.
func localTime(t time.Time) local {
	return local{t.Year(), int(t.Month()), t.Day(), t.Hour(), t.Minute(), t.Second()*microseconds + t.Nanosecond()/1000}
}

// in returns the time as if it were in a zone that knows no changes.
func (l local) in(zone *time.Location) time.Time {
	return time.Date(l.year, time.Month(l.month), l.day, l.hour, l.minute, 0, 0, zone).Add(time.Duration(l.microsecond) * time.Microsecond)
}

// later returns the later of two.
func later(a, b local) local {
	if a.in(time.UTC).After(b.in(time.UTC)) {
		return a
	}
	return b
}

// instants returns the first and the last point of time at which clocks in the zone
// show l. If they never do, gap is true, first is the zero time and last is within the
// time before they are put forward.
func (l local) instants(zone *time.Location) (first, last time.Time, gap bool) {
	const day = 24 * time.Hour
	bare := l.in(time.UTC)
	offset := func(t time.Time) time.Duration {
		_, seconds := t.In(zone).Zone()
		return time.Duration(seconds) * time.Second
	}
	before, after := offset(bare.Add(-day)), offset(bare.Add(day))
	for _, o := range []time.Duration{max(before, after), offset(bare), min(before, after)} {
		t := bare.Add(-o).In(zone)
		if localTime(t) != l {
			continue
		}
		if first.IsZero() {
			first = t
		}
		last = t
	}
	if first.IsZero() {
		return first, bare.Add(-max(before, after)).In(zone), true
	}
	return first, last, false
}

// from returns the first date and time at or after l that the expression names; zone
// is where it is looked at, nil for one without changes.
func (c Calendar) from(l local, zone *time.Location) (local, bool) {
	if l.year < minYear {
		l = local{minYear, 1, 1, 0, 0, 0}
	}
	for {
		year, ok := first(c.Years, l.year, maxYear)
		if !ok {
			return local{}, false
		}
		if year > l.year {
			l = local{year, 1, 1, 0, 0, 0}
		}
		next, ok := c.fromMonth(l, zone)
		if ok || !next.in(time.UTC).After(l.in(time.UTC)) {
			return next, ok
		}
		l = next
	}
}

// fromMonth is from within the year. If there is nothing, it returns where to go on, and
// so do those below.
func (c Calendar) fromMonth(l local, zone *time.Location) (local, bool) {
	month, ok := within(c.Months, l.month, 12)
	if !ok {
		return l.carry(local{l.year, month, 1, 0, 0, 0}, zone), false
	}
	if month > l.month {
		l = local{l.year, month, 1, 0, 0, 0}
	}
	last := time.Date(l.year, time.Month(l.month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
	days := c.Days
	if c.FromMonthEnd {
		days = fromEnd(days, last)
	}
	day, ok := within(days, l.day, last)
	if !ok {
		return l.carry(local{l.year, l.month, day, 0, 0, 0}, zone), false
	}
	if day > l.day {
		l = local{l.year, l.month, day, 0, 0, 0}
	}
	date := time.Date(l.year, time.Month(l.month), day, 0, 0, 0, 0, time.UTC)
	if !c.onWeekday(date) {
		return localTime(date.AddDate(0, 0, 1)), false
	}
	return c.fromHour(l, zone)
}

// fromHour is from within the day.
func (c Calendar) fromHour(l local, zone *time.Location) (local, bool) {
	hour, ok := within(c.Hours, l.hour, 23)
	if !ok {
		return l.carry(local{l.year, l.month, l.day, hour, 0, 0}, zone), false
	}
	if hour > l.hour {
		l.hour, l.minute, l.microsecond = hour, 0, 0
	}
	minute, ok := within(c.Minutes, l.minute, 59)
	if !ok {
		return l.carry(local{l.year, l.month, l.day, l.hour, minute, 0}, zone), false
	}
	if minute > l.minute {
		l.minute, l.microsecond = minute, 0
	}
	us, ok := within(c.Microseconds, l.microsecond, 60*microseconds-1)
	if !ok {
		return l.carry(local{l.year, l.month, l.day, l.hour, l.minute, us}, zone), false
	}
	l.microsecond = us
	return l, true
}

// within is first; if there is none, the number is that of a repetition that goes on
// past high, or high + 1.
func within(ranges []CalendarRange, low, high int) (int, bool) {
	v, ok := first(ranges, low, high)
	if !ok {
		if v, endless := first(ranges, low, 2*high+1); endless {
			return v, false
		}
		v++
	}
	return v, ok
}

// fromEnd turns days counted from the end of a month into days of the month.
func fromEnd(ranges []CalendarRange, last int) []CalendarRange {
	days := make([]CalendarRange, len(ranges))
	for i, r := range ranges {
		days[i] = CalendarRange{last + 1 - r.Start, -1, r.Repeat}
		if r.Stop > 0 {
			days[i].Start, days[i].Stop = last+1-r.Stop, days[i].Start
		}
	}
	return days
}

// carry returns where systemd goes on from l when a part has run past its end, as in over: it
// starts what is next to the largest part that changes anew, but what is over of the
// smaller ones stays. So "*:1/7" names 00:08 as the first minute of a day, not 00:01.
// Where daylight saving time is not the same at both ends, it is an hour off, and if
// that is back in time, it goes no further (tm_within_bounds and find_next in
// src/shared/calendarspec.c, as of 257).
func (l local) carry(over local, zone *time.Location) local {
	landed := localTime(over.in(time.UTC))
	next := landed
	switch {
	case next.year != l.year:
		next.month, next.day = 1, 1
	case next.month != l.month:
		next.day = 1
	case next.day != l.day:
		next.hour = 0
	case next.hour != l.hour:
		next.minute = 0
	default:
		next.microsecond %= microseconds
	}
	if zone == nil {
		return next
	}
	from, to := landed.in(zone), next.in(zone)
	if from.IsDST() == to.IsDST() {
		return next
	}
	_, before := from.Zone()
	_, after := to.Zone()
	return localTime(next.in(time.UTC).Add(time.Duration(after-before) * time.Second))
}

// first returns the lowest number from low to high that is in the ranges.
func first(ranges []CalendarRange, low, high int) (int, bool) {
	if len(ranges) == 0 {
		return low, low <= high
	}
	best, found := high, false
	for _, r := range ranges {
		v := r.Start
		if v < low {
			if r.Repeat == 0 {
				continue
			}
			v += (low - v + r.Repeat - 1) / r.Repeat * r.Repeat
		}
		if v <= best && (r.Stop < 0 || v <= r.Stop) {
			best, found = v, true
		}
	}
	return best, found
}

package template

// monthNames are the abbreviations that a JVM or syslog writes in other locales (CLDR, and the JRE's own of Java 8), beside the English ones, without their dots; where
// one starts another, the longer one comes first. Latin names are in small letters.
var monthNames = []struct {
	name  string
	month int16
}{
	{"十二月", 12}, {"十一月", 11}, {"十月", 10}, {"一月", 1}, {"二月", 2}, {"三月", 3}, {"四月", 4}, {"五月", 5}, {"六月", 6}, {"七月", 7}, {"八月", 8}, {"九月", 9},
	{"12月", 12}, {"11月", 11}, {"10月", 10}, {"1月", 1}, {"2月", 2}, {"3月", 3}, {"4月", 4}, {"5月", 5}, {"6月", 6}, {"7月", 7}, {"8月", 8}, {"9月", 9},
	{"12월", 12}, {"11월", 11}, {"10월", 10}, {"1월", 1}, {"2월", 2}, {"3월", 3}, {"4월", 4}, {"5월", 5}, {"6월", 6}, {"7월", 7}, {"8월", 8}, {"9월", 9},
	{"janv", 1}, {"févr", 2}, {"mars", 3}, {"avr", 4}, {"mai", 5}, {"juin", 6}, {"juil", 7}, {"août", 8}, {"sept", 9}, {"déc", 12},
	{"märz", 3}, {"mär", 3}, {"mrz", 3}, {"juni", 6}, {"juli", 7}, {"okt", 10}, {"dez", 12},
	{"ene", 1}, {"abr", 4}, {"ago", 8}, {"dic", 12},
	{"fev", 2}, {"set", 9}, {"out", 10},
	{"gen", 1}, {"mag", 5}, {"giu", 6}, {"lug", 7}, {"ott", 10},
	{"янв", 1}, {"февр", 2}, {"фев", 2}, {"марта", 3}, {"мар", 3}, {"апр", 4}, {"мая", 5}, {"май", 5}, {"июня", 6}, {"июн", 6}, {"июля", 7}, {"июл", 7}, {"авг", 8},
	{"сент", 9}, {"сен", 9}, {"окт", 10}, {"нояб", 11}, {"ноя", 11}, {"дек", 12},
}

const english = "janfebmaraprmayjunjulaugsepoctnovdec"

// monthFirst holds the bytes that a month's name may start with.
var monthFirst = func() (first [256]bool) {
	for i := 0; i < len(english); i += 3 {
		first[english[i]], first[english[i]-'a'+'A'] = true, true
	}
	for _, n := range monthNames {
		c := n.name[0]
		first[c] = true
		if c >= 'a' && c <= 'z' {
			first[c-'a'+'A'] = true
		}
	}
	return first
}()

// month reads a month's abbreviated name and returns it with its length, or 0, 0. A dot behind it is not part of it.
func month(b []byte) (int16, int) {
	if len(b) < 3 || !monthFirst[b[0]] {
		return 0, 0
	}
	c0, c1, c2 := b[0]|0x20, b[1]|0x20, b[2]|0x20
	var found int16
	if b[0] < 0x80 && c0 >= 'a' {
		for m := range int16(12) {
			if english[3*m] == c0 && english[3*m+1] == c1 && english[3*m+2] == c2 {
				found = m + 1
				break
			}
		}
	}
	if found > 0 && (len(b) == 3 || b[3] < 'a' || b[3] > 'z') {
		return found, 3
	}
	for _, n := range monthNames {
		if len(b) >= len(n.name) && lower(b[0]) == n.name[0] && string(b[1:len(n.name)]) == n.name[1:] {
			return n.month, len(n.name)
		}
	}
	if found > 0 {
		return found, 3
	}
	return 0, 0
}

// lower makes a Latin capital small.
func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}

package template

// monthNames are the abbreviations that a JVM or syslog writes in other locales (CLDR), beside the English ones; where one starts another, the
// longer one comes first.
var monthNames = []struct {
	name  string
	month int16
}{
	{"十二月", 12}, {"十一月", 11}, {"十月", 10}, {"一月", 1}, {"二月", 2}, {"三月", 3}, {"四月", 4}, {"五月", 5}, {"六月", 6}, {"七月", 7}, {"八月", 8}, {"九月", 9},
	{"12月", 12}, {"11月", 11}, {"10月", 10}, {"1月", 1}, {"2月", 2}, {"3月", 3}, {"4月", 4}, {"5月", 5}, {"6月", 6}, {"7月", 7}, {"8月", 8}, {"9月", 9},
	{"janv.", 1}, {"févr.", 2}, {"mars", 3}, {"avr.", 4}, {"mai", 5}, {"juin", 6}, {"juil.", 7}, {"août", 8}, {"sept.", 9}, {"oct.", 10}, {"nov.", 11}, {"déc.", 12},
	{"Mär", 3}, {"Mrz", 3}, {"Mai", 5}, {"Okt", 10}, {"Dez", 12},
	{"ene", 1}, {"abr", 4}, {"ago", 8}, {"dic", 12},
	{"fev", 2}, {"mai", 5}, {"set", 9}, {"out", 10}, {"dez", 12},
	{"янв.", 1}, {"февр.", 2}, {"марта", 3}, {"апр.", 4}, {"мая", 5}, {"июня", 6}, {"июля", 7}, {"авг.", 8}, {"сент.", 9}, {"окт.", 10}, {"нояб.", 11}, {"дек.", 12},
}

const english = "janfebmaraprmayjunjulaugsepoctnovdec"

// month reads a month's abbreviated name and returns it with its length, or 0, 0.
func month(b []byte) (int16, int) {
	if len(b) < 3 {
		return 0, 0
	}
	c0, c1, c2 := b[0]|0x20, b[1]|0x20, b[2]|0x20
	if b[0] < 0x80 && c0 >= 'a' {
		for m := range int16(12) {
			if english[3*m] == c0 && english[3*m+1] == c1 && english[3*m+2] == c2 {
				return m + 1, 3
			}
		}
	}
	for _, n := range monthNames {
		if len(b) >= len(n.name) && string(b[:len(n.name)]) == n.name {
			return n.month, len(n.name)
		}
	}
	return 0, 0
}

package main

import "testing"

func TestGrowth(t *testing.T) {
	const floor = 30 << 20
	for _, tt := range []struct {
		live, globals uint64
		percent       int
		want          int
	}{
		{0, 0, 50, 50},
		{floor / 3, 0, 50, 200},
		{floor / 3, floor / 3, 50, 100},
		{floor * 4 / 5, 0, 50, 50},
		{floor * 4 / 5, 0, 10, 25},
		{floor, 0, 50, 50},
		{10 * floor, floor, 50, 50},
	} {
		if got := (growth{floor, tt.percent}).percentOf(tt.live, tt.globals); got != tt.want {
			t.Errorf("of %d living bytes and %d of global variables, at %d %%: %d %%, want %d", tt.live, tt.globals, tt.percent, got, tt.want)
		}
	}
}

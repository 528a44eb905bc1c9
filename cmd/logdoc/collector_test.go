package main

import "testing"

func TestGrowth(t *testing.T) {
	const floor = 30 << 20
	for _, tt := range []struct {
		live    uint64
		percent int
		want    int
	}{
		{0, 50, 50},
		{floor / 3, 50, 200},
		{floor * 4 / 5, 50, 50},
		{floor * 4 / 5, 10, 25},
		{floor, 50, 50},
		{10 * floor, 50, 50},
	} {
		if got := (growth{floor, tt.percent}).percentOf(tt.live); got != tt.want {
			t.Errorf("of %d living bytes, at %d %%: %d %%, want %d", tt.live, tt.percent, got, tt.want)
		}
	}
}

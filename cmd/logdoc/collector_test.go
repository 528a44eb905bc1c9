package main

import "testing"

func TestPercentFor(t *testing.T) {
	for _, tt := range []struct {
		live    uint64
		percent int
		want    int
	}{
		{0, 50, 50},
		{heapFloor / 3, 50, 200},
		{heapFloor * 4 / 5, 50, 50},
		{heapFloor * 4 / 5, 10, 25},
		{heapFloor, 50, 50},
		{10 * heapFloor, 50, 50},
	} {
		if got := percentFor(tt.live, tt.percent); got != tt.want {
			t.Errorf("of %d living bytes, at %d %%: %d %%, want %d", tt.live, tt.percent, got, tt.want)
		}
	}
}

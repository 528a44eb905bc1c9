//go:build !unix

package main

import "time"

// monotonic is the time of the clock that the service manager goes by: there is none.
func monotonic() time.Duration { return 0 }

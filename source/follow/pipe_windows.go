package follow

// nonBlocking: named pipes are no files there.
const nonBlocking = 0

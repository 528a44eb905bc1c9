package lang

import "strings"

// Suggest returns the candidate that word was most likely meant to be, or "" when none is near enough: one slip in a short word, two in one of
// five letters or more, three in a long one. Letter case does not count. Of equally near candidates the first is taken.
func Suggest(word string, candidates []string) string {
	if len(word) > 100 {
		return ""
	}
	lower := []rune(strings.ToLower(word))
	allowed := 0
	switch n := len(lower); {
	case n >= 12:
		allowed = 3
	case n >= 5:
		allowed = 2
	case n >= 2:
		allowed = 1
	}
	best, nearest := "", allowed+1
	for _, c := range candidates {
		if c == word || len(c) > 100 {
			continue
		}
		if d := distance(lower, []rune(strings.ToLower(c))); d < nearest {
			best, nearest = c, d
		}
	}
	return best
}

// distance is the Damerau-Levenshtein distance in which no part is edited twice: letters inserted, dropped, replaced, or swapped with the next.
func distance(a, b []rune) int {
	prev2, prev, cur := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		cur[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			cur[j] = min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				cur[j] = min(cur[j], prev2[j-2]+1)
			}
		}
		prev2, prev, cur = prev, cur, prev2
	}
	return prev[len(b)]
}

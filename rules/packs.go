package rules

import "embed"

// Builtin holds the packs that come with the program, one folder a product, below "packs".
//
//go:embed packs
var Builtin embed.FS

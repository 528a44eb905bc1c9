// Package tui shows a diagnosis on one screen, with what to do next and the raw log one key away.
//
// In go updates of a diagnosis under way, what a person has done before, and a few functions to the outside world (Session); out come screens, and what the person
// does. It knows the vocabulary, package sanitize and the Charm libraries, and none of their types shows in what it exports. It must not know where logs come from,
// what a rule is or how a report is written; it reads neither clock nor environment, and no key press waits for a file.
//
// One model owns the screen. Panes are plain structs that are drawn from their state; their keys are data (binding), of which the status line, the help and the
// documentation are made.
package tui

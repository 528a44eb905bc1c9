package alert_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"logdoc"
	"logdoc/alert"
)

// wire answers requests without a network, so that time can stand still.
type wire struct {
	mu     sync.Mutex
	answer func(*http.Request) (*http.Response, error)
	got    []string
	ids    []string
}

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	var alarm struct{ Turn, Key string }
	if err := json.Unmarshal(body, &alarm); err != nil {
		return nil, err
	}
	w.mu.Lock()
	w.got = append(w.got, alarm.Key)
	w.ids = append(w.ids, r.Header.Get("Webhook-Id"))
	answer := w.answer
	w.mu.Unlock()
	if answer == nil {
		return status(204)
	}
	return answer(r)
}

// tries returns the ids of what was sent, in their order.
func (w *wire) tries() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.ids)
}

// mends has the wire answer from now on, and forgets what was sent.
func (w *wire) mends() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.answer, w.ids = nil, nil
}

func (w *wire) take() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := strings.Join(w.got, " ")
	w.got = nil
	return all
}

func status(code int) (*http.Response, error) {
	return &http.Response{StatusCode: code, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("\x1b[2Jhostile"))}, nil
}

func hook(t *testing.T, url string, w http.RoundTripper) *alert.Webhook {
	t.Helper()
	h, err := alert.NewWebhook(alert.WebhookOptions{URL: url, Secret: []byte("s3cret"), Transport: w})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func keyed(key string) logdoc.Turn {
	one := turn(logdoc.Opened, logdoc.Error)
	one.Finding.Key = logdoc.LogText(key)
	return one
}

// TestRetries: a webhook that fails gets everything once it works again, later and later tries, the same id each time; another is not kept waiting.
func TestRetries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		down := func(*http.Request) (*http.Response, error) { return nil, errors.New("connection refused") }
		bad, good := &wire{answer: down}, &wire{}
		var told []string
		a := alert.New(alert.Options{
			Clock: clock{}, Encode: encode, Problem: func(p string) { told = append(told, p) },
			Webhooks: []*alert.Webhook{hook(t, "https://a.example/hook?token=t0ken", bad), hook(t, "https://b.example/", good)},
		})
		for i := range 3 {
			a.Tell(keyed(fmt.Sprint(i)))
		}
		synctest.Wait()
		if got := good.take(); got != "0 1 2" {
			t.Errorf("the good one got %q", got)
		}
		tries := 0
		for range 60 {
			time.Sleep(time.Second)
			synctest.Wait()
			tries += len(strings.Fields(bad.take()))
		}
		if tries < 3 || tries > 8 {
			t.Errorf("the bad one was tried %d times in a minute", tries)
		}
		bad.mends()
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		if got := bad.take(); got != "0 1 2" {
			t.Errorf("once it works it gets %q", got)
		}
		numbers, _ := a.Numbers()
		if n := numbers[0]; n.Sent != 3 || n.Dropped != 0 || n.Waiting != 0 || n.Failed == 0 {
			t.Errorf("%+v", n)
		}
		if len(told) != 2 || !strings.Contains(told[0], "connection refused") || strings.Contains(told[0], "t0ken") || !strings.Contains(told[1], "again") {
			t.Errorf("told %q", told)
		}
		a.Close(t.Context())
	})
}

func TestOneIDForAllTries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &wire{answer: func(*http.Request) (*http.Response, error) { return status(500) }}
		a := alert.New(alert.Options{Clock: clock{}, Encode: encode, Webhooks: []*alert.Webhook{hook(t, "https://a.example/", w)}})
		a.Tell(keyed("x"))
		time.Sleep(time.Hour)
		a.Close(t.Context())
		if len(w.tries()) < 5 {
			t.Fatalf("%d tries in an hour", len(w.tries()))
		}
		for _, id := range w.tries() {
			if id != w.tries()[0] || !strings.HasPrefix(id, "msg_") {
				t.Fatalf("the ids are %q", w.tries())
			}
		}
	})
}

func TestGivesUpAfterADay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &wire{answer: func(*http.Request) (*http.Response, error) { return status(404) }}
		var told []string
		a := alert.New(alert.Options{Clock: clock{}, Encode: encode, Webhooks: []*alert.Webhook{hook(t, "https://a.example/", w)}, Problem: func(p string) { told = append(told, p) }})
		a.Tell(keyed("x"))
		time.Sleep(25 * time.Hour)
		synctest.Wait()
		n, _ := a.Numbers()
		if n[0].Waiting != 0 || n[0].Dropped != 1 || len(told) != 2 || !strings.Contains(told[1], "given up") {
			t.Errorf("%+v, told %q", n[0], told)
		}
		if tries := len(w.tries()); tries < 100 || tries > 200 {
			t.Errorf("%d tries in a day", tries)
		}
		a.Close(t.Context())
	})
}

func TestRetryAfter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &wire{answer: func(*http.Request) (*http.Response, error) {
			r, err := status(429)
			r.Header.Set("Retry-After", "90")
			return r, err
		}}
		a := alert.New(alert.Options{Clock: clock{}, Encode: encode, Webhooks: []*alert.Webhook{hook(t, "https://a.example/", w)}})
		a.Tell(keyed("x"))
		time.Sleep(80 * time.Second)
		synctest.Wait()
		first := len(w.tries())
		time.Sleep(15 * time.Second)
		a.Close(t.Context())
		if first != 1 || len(w.tries()) != 2 {
			t.Errorf("%d tries, then %d", first, len(w.tries()))
		}
	})
}

// TestFullOutbox: what finds no room is counted, and the outbox does not grow.
func TestFullOutbox(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &wire{answer: func(*http.Request) (*http.Response, error) { return status(503) }}
		a := alert.New(alert.Options{Clock: clock{}, Encode: encode, Kept: 20, Webhooks: []*alert.Webhook{hook(t, "https://a.example/", w)}})
		for i := range 100 {
			a.Tell(keyed(fmt.Sprint(i)))
		}
		n, _ := a.Numbers()
		if n[0].Waiting != 20 || n[0].Dropped != 80 {
			t.Errorf("%+v", n[0])
		}
		a.Close(t.Context())
	})
}

// brokenBox fails at everything.
type brokenBox struct{ alert.Memory }

func (*brokenBox) Add(context.Context, alert.Message) error { return errors.New("disk full") }

func TestBrokenOutbox(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var told []string
		a := alert.New(alert.Options{
			Clock: clock{}, Encode: encode, Outbox: &brokenBox{}, Webhooks: []*alert.Webhook{hook(t, "https://a.example/", &wire{})},
			Problem: func(p string) { told = append(told, p) },
		})
		a.Tell(keyed("x"))
		a.Tell(keyed("y"))
		n, _ := a.Numbers()
		if n[0].Dropped != 2 || len(told) == 0 || told[0] != "alarms do not reach the outbox: disk full" {
			t.Errorf("%+v, told %q", n[0], told)
		}
		a.Close(t.Context())
	})
}

// TestNoSuchWebhook: what an earlier run has left for a webhook that is configured no more is cleared away, and said.
func TestNoSuchWebhook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		box := &alert.Memory{}
		if err := box.Add(t.Context(), alert.Message{Sink: "webhook gone", Body: []byte("{}")}); err != nil {
			t.Fatal(err)
		}
		told := ""
		a := alert.New(alert.Options{Clock: clock{}, Encode: encode, Outbox: box, Webhooks: []*alert.Webhook{hook(t, "https://a.example/", &wire{})}, Problem: func(p string) { told += p }})
		synctest.Wait()
		if n, err := box.Waiting(t.Context()); n != 0 || err != nil || !strings.Contains(told, "webhook gone") {
			t.Errorf("%d wait, told %q", n, told)
		}
		a.Close(t.Context())
	})
}

// TestSigned sends through a real server, which checks the signature as any receiver can.
func TestSigned(t *testing.T) {
	for _, tt := range []struct{ name, given, key string }{
		{"as it is", "s3cret", "s3cret"},
		{"as the Standard Webhooks write it", "whsec_" + base64.StdEncoding.EncodeToString([]byte("raw key")), "raw key"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			arrived := make(chan error, 10)
			server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				id, stamp := r.Header.Get("Webhook-Id"), r.Header.Get("Webhook-Timestamp")
				seconds, _ := strconv.ParseInt(stamp, 10, 64)
				switch want := "v1," + alert.Signature([]byte(tt.key), id, stamp, body); {
				case r.Header.Get("Webhook-Signature") != want:
					arrived <- fmt.Errorf("the signature is %q, want %q", r.Header.Get("Webhook-Signature"), want)
				case id != alert.MessageID(body), time.Since(time.Unix(seconds, 0)).Abs() > time.Hour, r.Method != "POST", r.Header.Get("Content-Type") != "application/json":
					arrived <- fmt.Errorf("%s with %v", r.Method, r.Header)
				case !json.Valid(body):
					arrived <- fmt.Errorf("it is no JSON: %q", body)
				default:
					arrived <- nil
				}
			}))
			defer server.Close()
			w, err := alert.NewWebhook(alert.WebhookOptions{URL: server.URL, Secret: []byte(tt.given)})
			if err != nil {
				t.Fatal(err)
			}
			a := alert.New(alert.Options{Clock: clock{}, Encode: encode, Webhooks: []*alert.Webhook{w}})
			hostile := keyed("node\r\nX-Injected: yes\x1b[2J\u202e\xff")
			a.Tell(hostile)
			if err := <-arrived; err != nil {
				t.Error(err)
			}
			a.Close(t.Context())
		})
	}
}

// TestSignatureIsTheStandards holds it to the example of the Standard Webhooks specification.
func TestSignatureIsTheStandards(t *testing.T) {
	key, err := base64.StdEncoding.DecodeString("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	if err != nil {
		t.Fatal(err)
	}
	got := alert.Signature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", []byte(`{"test": 2432232314}`))
	if got != "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=" {
		t.Errorf("it is %s", got)
	}
}

func TestRedirects(t *testing.T) {
	var reached []string
	var mu sync.Mutex
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		mu.Lock()
		reached = append(reached, "other")
		mu.Unlock()
	}))
	defer other.Close()
	var server *httptest.Server
	server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/away":
			http.Redirect(w, r, other.URL, http.StatusTemporaryRedirect)
		case "/get":
			http.Redirect(w, r, server.URL+"/here", http.StatusFound)
		case "/loop":
			http.Redirect(w, r, server.URL+"/loop", http.StatusPermanentRedirect)
		case "/moved":
			http.Redirect(w, r, server.URL+"/here", http.StatusPermanentRedirect)
		case "/here":
			body, _ := io.ReadAll(r.Body)
			mu.Lock()
			reached = append(reached, fmt.Sprintf("here %s %d", r.Method, bytes.Count(body, []byte("acme/rotor"))))
			mu.Unlock()
		}
	}))
	defer server.Close()
	for _, tt := range []struct{ path, want string }{
		{"/away", ""}, {"/get", ""}, {"/loop", ""}, {"/moved", "here POST 1"},
	} {
		t.Run(tt.path, func(t *testing.T) {
			mu.Lock()
			reached = nil
			mu.Unlock()
			w, err := alert.NewWebhook(alert.WebhookOptions{URL: server.URL + tt.path})
			if err != nil {
				t.Fatal(err)
			}
			problem := make(chan string, 10)
			box := &watched{done: make(chan bool, 10)}
			a := alert.New(alert.Options{Clock: clock{}, Encode: encode, Outbox: box, Webhooks: []*alert.Webhook{w}, Problem: func(p string) { problem <- p }})
			a.Tell(keyed("x"))
			arrived := <-box.done
			a.Close(t.Context())
			if got := strings.Join(reached, " "); got != tt.want || arrived != (tt.want != "") {
				t.Errorf("reached %q, arrived %v", got, arrived)
			}
			if tt.want == "" {
				if p := <-problem; !strings.Contains(p, "redirection that is not followed") {
					t.Errorf("told %q", p)
				}
			}
		})
	}
}

// watched says what became of a message: true where it is done, false where it will be tried again.
type watched struct {
	alert.Memory
	done chan bool
}

func (w *watched) Done(ctx context.Context, id int64) error {
	w.done <- true
	return w.Memory.Done(ctx, id)
}

func (w *watched) Retry(ctx context.Context, id int64, due time.Time) error {
	w.done <- false
	return w.Memory.Retry(ctx, id, due)
}

func TestWebhookAddresses(t *testing.T) {
	for _, tt := range []struct{ url, secret, want string }{
		{"https://hooks.example/a", "", ""},
		{"http://127.0.0.1:9/a", "", ""},
		{"http://[::1]/a", "", ""},
		{"http://localhost/a", "", ""},
		{"http://hooks.example/t0ken", "", "another machine is https"},
		{"ftp://hooks.example/t0ken", "", "https://host/path"},
		{"hooks.example/t0ken", "", "https://host/path"},
		{"https://u:t0ken@hooks.example/", "", "no user and no password"},
		{"https:///t0ken", "", "https://host/path"},
		{"https://a.example/%zz?t0ken", "", "https://host/path"},
		{"https://hooks.example/a", "whsec_t0ken!", "no base64"},
	} {
		w, err := alert.NewWebhook(alert.WebhookOptions{URL: tt.url, Secret: []byte(tt.secret)})
		switch {
		case tt.want == "" && (err != nil || w.Name() == ""):
			t.Errorf("%s: %v", tt.url, err)
		case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
			t.Errorf("%s: %v, want %q", tt.url, err, tt.want)
		case err != nil && strings.Contains(err.Error(), "t0ken"):
			t.Errorf("the error tells a secret: %v", err)
		}
	}
	if _, err := alert.NewWebhook(alert.WebhookOptions{URL: "http://hooks.example/", PlainHTTP: true}); err != nil {
		t.Errorf("asked for: %v", err)
	}
	a, _ := alert.NewWebhook(alert.WebhookOptions{URL: "https://hooks.example/t0ken"})
	b, _ := alert.NewWebhook(alert.WebhookOptions{URL: "https://hooks.example/other"})
	if a.Name() == b.Name() || strings.Contains(a.Name(), "t0ken") {
		t.Errorf("the names are %q and %q", a.Name(), b.Name())
	}
}

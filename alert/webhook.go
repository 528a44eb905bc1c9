package alert

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// WebhookOptions say where a webhook is.
type WebhookOptions struct {
	URL string
	// Secret signs what is sent. One that starts with whsec_ is base64 behind that, as the Standard Webhooks write it; any other counts as it is. Without one nothing is signed.
	Secret []byte
	// PlainHTTP allows http:// to other machines: what is sent can then be read on the way.
	PlainHTTP bool
	// Timeout is for one try as a whole; 0 is 10 s.
	Timeout time.Duration
	// Proxy chooses a proxy; nil is none.
	Proxy func(*http.Request) (*url.URL, error)
	// Agent is what the request says of its sender.
	Agent string
	// Transport carries the requests; nil is the usual one. For tests.
	Transport http.RoundTripper
}

// Webhook posts alarms to one address, signed as the Standard Webhooks specification says: headers webhook-id, webhook-timestamp and webhook-signature.
type Webhook struct {
	o      WebhookOptions
	name   string
	url    string
	secret []byte
	client *http.Client
}

// NewWebhook checks the options.
func NewWebhook(o WebhookOptions) (*Webhook, error) {
	u, err := url.Parse(o.URL)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, errors.New("a webhook's address is written https://host/path") // the address may hold a token, so it is not repeated
	}
	if u.User != nil {
		return nil, errors.New("a webhook's address holds no user and no password: sign with a secret instead")
	}
	if u.Scheme == "http" && !o.PlainHTTP && !loopback(u.Hostname()) {
		return nil, fmt.Errorf("a webhook to another machine is https, or findings can be read on the way to %s", u.Host)
	}
	secret := o.Secret
	if coded, ok := strings.CutPrefix(string(secret), "whsec_"); ok {
		if secret, err = base64.StdEncoding.DecodeString(coded); err != nil {
			return nil, errors.New("the webhook's secret starts with whsec_ but is no base64 behind that")
		}
	}
	if o.Timeout <= 0 {
		o.Timeout = 10 * time.Second
	}
	transport := o.Transport
	if transport == nil {
		transport = &http.Transport{
			Proxy: o.Proxy, DialContext: (&net.Dialer{Timeout: o.Timeout}).DialContext, TLSHandshakeTimeout: o.Timeout, ResponseHeaderTimeout: o.Timeout,
			MaxResponseHeaderBytes: 64 << 10, MaxIdleConnsPerHost: 1, IdleConnTimeout: time.Minute, ForceAttemptHTTP2: true,
		}
	}
	sum := sha256.Sum256([]byte(u.String()))
	w := &Webhook{o: o, url: u.String(), secret: secret, name: "webhook " + u.Host + " " + hex.EncodeToString(sum[:4])}
	w.client = &http.Client{Transport: transport, Timeout: o.Timeout, CheckRedirect: func(to *http.Request, before []*http.Request) error {
		first := before[0]
		if len(before) > 3 || to.Method != first.Method || to.URL.Scheme != first.URL.Scheme || to.URL.Host != first.URL.Host {
			return http.ErrUseLastResponse
		}
		return nil
	}}
	return w, nil
}

// Name is the host with a number for the whole address, which may hold a token.
func (w *Webhook) Name() string { return w.name }

// refusal is an answer that is no success; again is how long the receiver asks to wait, 0 where it does not.
type refusal struct {
	status string
	again  time.Duration
}

func (r *refusal) Error() string { return "it answered " + r.status }

// post makes one try.
func (w *Webhook) post(ctx context.Context, body []byte, now time.Time) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.url, bytes.NewReader(body))
	if err != nil {
		return errors.New("its address is no address")
	}
	id, stamp := MessageID(body), strconv.FormatInt(now.Unix(), 10)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", w.o.Agent)
	req.Header.Set("Webhook-Id", id)
	req.Header.Set("Webhook-Timestamp", stamp)
	if len(w.secret) > 0 {
		req.Header.Set("Webhook-Signature", "v1,"+Signature(w.secret, id, stamp, body))
	}
	resp, err := w.client.Do(req)
	if err != nil {
		// The error of a client holds the whole address.
		if of, ok := errors.AsType[*url.Error](err); ok {
			err = of.Err
		}
		return err
	}
	defer resp.Body.Close()
	// A little is read so that the connection can be used again; what the receiver has to say is not shown, for it may hold anything.
	_, _ = io.CopyN(io.Discard, resp.Body, 64<<10)
	if resp.StatusCode/100 == 2 {
		return nil
	}
	r := &refusal{status: strconv.Itoa(resp.StatusCode)}
	if resp.StatusCode/100 == 3 {
		r.status += ", a redirection that is not followed: it leads to another host, or would lose the body"
	}
	if seconds, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil && seconds > 0 {
		r.again = time.Duration(min(seconds, 3600)) * time.Second
	}
	return r
}

// MessageID names a message by what is in it, so that it has one name however often it is tried, and whoever has it twice can tell.
func MessageID(body []byte) string {
	sum := sha256.Sum256(body)
	return "msg_" + hex.EncodeToString(sum[:16])
}

// Signature is the HMAC-SHA256 over id, time stamp and body, joined by dots, in base64.
func Signature(secret []byte, id, stamp string, body []byte) string {
	mac := hmac.New(sha256.New, secret)
	_, _ = io.WriteString(mac, id+"."+stamp+".") // a hash takes everything
	_, _ = mac.Write(body)
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// loopback reports whether a host's name can mean only this machine.
func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

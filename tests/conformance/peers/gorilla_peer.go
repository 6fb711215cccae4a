// The Go library gorilla/websocket, from Debian.
package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"os"
	"strings"

	"github.com/gorilla/websocket"
)

type step struct {
	Send   string
	Data   string
	Times  int
	Pieces int
}

type script struct {
	URL          string
	Subprotocols []string
	Deflate      bool
	Steps        []step
}

func say(told map[string]any) {
	line, _ := json.Marshal(told)
	fmt.Println(string(line))
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// Fragments come of themselves when a message is longer than the buffer.
func send(socket *websocket.Conn, one step, data []byte) {
	kind := websocket.BinaryMessage
	if one.Send == "text" {
		kind = websocket.TextMessage
	}
	writer, err := socket.NextWriter(kind)
	must(err)
	_, err = writer.Write(data)
	must(err)
	must(writer.Close())
}

func run(socket *websocket.Conn, steps []step) {
	for _, one := range steps {
		data, err := hex.DecodeString(one.Data)
		must(err)
		if one.Times > 1 {
			data = bytes.Repeat(data, one.Times)
		}
		if one.Send == "ping" {
			// Answered while the next message is read, so the message asks for the pong.
			must(socket.WriteMessage(websocket.PingMessage, data))
			continue
		}
		send(socket, one, data)
		kind, came, err := socket.ReadMessage()
		must(err)
		sum := sha256.Sum256(came)
		told := map[string]any{"came": "binary", "bytes": len(came), "sha256": hex.EncodeToString(sum[:])}
		if kind == websocket.TextMessage {
			told["came"] = "text"
		}
		if len(came) <= 4096 {
			told["data"] = hex.EncodeToString(came)
		}
		say(told)
	}
}

func main() {
	var what script
	must(json.NewDecoder(os.Stdin).Decode(&what))
	buffer := 1 << 25
	for _, one := range what.Steps {
		if one.Pieces > 1 {
			buffer = len(one.Data) / 2 / one.Pieces
		}
	}
	dialer := websocket.Dialer{EnableCompression: what.Deflate, Subprotocols: what.Subprotocols,
		WriteBufferSize: buffer}
	socket, response, err := dialer.Dial(what.URL, http.Header{})
	must(err)
	socket.SetPongHandler(func(payload string) error {
		say(map[string]any{"came": "pong", "data": hex.EncodeToString([]byte(payload))})
		return nil
	})
	run(socket, what.Steps)
	must(socket.WriteMessage(websocket.CloseMessage, websocket.FormatCloseMessage(1000, "")))
	code := websocket.CloseAbnormalClosure
	for {
		_, _, err := socket.ReadMessage()
		if closed, ok := err.(*websocket.CloseError); ok {
			code = closed.Code
		}
		if err != nil {
			break
		}
	}
	extensions := response.Header.Get("Sec-WebSocket-Extensions")
	say(map[string]any{"closed": code, "deflate": strings.Contains(extensions, "permessage-deflate")})
}

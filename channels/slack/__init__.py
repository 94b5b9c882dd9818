"""Slack: mention it, talk to it, approve in the thread. What is where, in the order that a message travels:

In      `connect` holds the socket, `door` takes HTTP; `listen` hears one workspace, `ears` many. `payload` is what Slack sends,
        checked; `parse` makes of it words, remarks, presses and forms, `entries` the rest: Stop, shortcut, `/ask`, home, ratings.
        `roots` knows whose thread a reply is in, `answers` takes what is written beside a copy, `standing` tells members from
        guests, `history` brings what was said before. Then `Arrivals` (bot/kit/arrival.py) stores it, and Slack hears that.
Beside  `ask` begins threads for `/ask` and the shortcut, `modal` opens forms and takes them, `home` lists what waits, `hints` are
        notes to one person; `missed` reads back what was said while nobody listened, from where `cursors` say, and
        `later` tries again what could not be stored.
Out     `send` is the port (bot/kit/channel.py), `offices` the same for many workspaces. `copies` go to each who is asked, `again` knows who was;
        `posting` puts and changes one message, `pace` gives it its turn; by its `marks` it is found again. `signs` are eyes and
        status, each method in a `lane` of its own, for they may be lost. `files` fetches what people attach.
Cards   `cards` renders a message: `approval`, `questions`; `settled` what became of a card. They are made of `blocks`,
        `arguments` and `markdown`, for whom `reader` says, in the `words` of a language (`vocabulary`, `en`, `de`).
        `forms` are the windows, of `fields` by the tool's schema, within its `bounds`.
Under   `api` is Slack's methods, with its errors told apart; `address` a place. `history` reads channels and threads for everybody,
        `once` does what must happen a single time.
Set up  `manifest` is the app, made from what is called and read; `compare` what was granted; `setup` tries what is pasted.
        `consent` is the way to install it elsewhere, `installs` keeps the tokens.
"""

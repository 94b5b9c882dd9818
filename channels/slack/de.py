"""German: the frame's words on Slack."""

from __future__ import annotations

from channels.slack.vocabulary import Words

DE = Words(
    language="de",
    nobody="niemand",
    somebody="jemandem",
    the_model="dem Modell",
    asked="Gefragt: {people}",
    deciders="Entscheiden dürfen: {people}",
    in_place="An ihrer Stelle: {pairs}",
    stands_in="{0} für {1}, ab {moment}",
    until="Bis {moment}",
    no_deadline="Ohne Frist",
    request="Anfrage {request}",
    rest_in_file="Das ist der Anfang; alles steht in der angehängten Datei {file}.",
    all_in_file=(
        "Hier ist nicht Platz für alles. Bitte vor der Entscheidung die angehängte Datei {file} lesen, in der alles "
        "steht ({size} Zeichen, SHA-256 {digest})."
    ),
    in_file="{size} Zeichen, SHA-256 {digest}; vollständig in der angehängten Datei",
    more_arguments="… und {count} weitere Argumente, vollständig in der angehängten Datei",
    question="Eine Frage",
    urgency="Dringlichkeit: {urgency}",
    low="niedrig",
    medium="mittel",
    high="hoch",
    context="Was zu wissen ist",
    choices="Zur Auswahl",
    answer_freely="Bitte in diesem Thread antworten.",
    answer_by_choice="Einen Knopf drücken oder in diesem Thread mit einer Nummer oder eigenen Worten antworten.",
    answer_by_button="Einen Knopf drücken oder in diesem Thread mit der Nummer antworten.",
    choose_spoken="Antworten: {choice}",
    said_since="Seit der Frage gesagt",
    nobody_answers=(
        "Noch darf niemand hierauf antworten. `BOT_OWNER` setzen oder `approvers` in agent.md des Agenten nennen; mehr sagt "
        "`bot why {thread}`."
    ),
    hello=(
        "Hallo {name}. Ich bin hier eingerichtet, und du bist mein Owner. Schreib mir direkt, oder hol mich mit /invite in "
        "einen Kanal und erwähne mich dort."
    ),
    approval="Genehmigung erbeten: {tool}",
    anew="Erneut gefragt, weil",
    because="Warum, in den Worten des Modells",
    arguments="Argumente",
    outside="Wiederholt, was von außen kam: {parts}",
    no_arguments="Keine Argumente",
    found="Was vorab zu sehen war",
    votes="Genehmigungen: {count} von {quorum} ({people})",
    asked_by="Darum gebeten: {people}",
    edited_by="Bearbeitet von: {people}",
    changed="Von Menschen geändert",
    self_approval="Selbstgenehmigung ist erlaubt: wer darum gebeten hat, darf auch genehmigen",
    barred="Ablehnen dürfen, nicht genehmigen: {people}",
    unreached=(
        "Ohne Slack-ID in der people-Datei und darum hier nicht bekannt: {people}. So können es in Slack zu wenige genehmigen. "
        "Abhilfe: `bot approvers {thread} --add {name} --slack U…` (im Profil: Copy member ID), die Worker neu starten und in "
        "diesem Thread etwas sagen. Am Terminal zählt auch `bot approve {request} --as {name}`."
    ),
    how_typed=(
        "Einen Knopf drücken oder in diesem Thread genau `{approve}` oder `{deny} GRUND` antworten. Alles andere ist "
        "eine Nachricht und entscheidet nichts."
    ),
    how_button=(
        "Genehmigt wird nur mit dem Knopf. `{deny} GRUND` als Antwort in diesem Thread lehnt ab; alles andere ist eine "
        "Nachricht und entscheidet nichts."
    ),
    how_elsewhere=(
        "Eine Genehmigung zählt hier nur über {channels}. `{deny} GRUND` als Antwort in diesem Thread lehnt ab; alles "
        "andere ist eine Nachricht und entscheidet nichts."
    ),
    nobody_decides="So darf das niemand genehmigen.",
    too_few_decide="So dürfen das nur genehmigen: {people}; nötig sind {quorum} verschiedene Personen.",
    how_to_mend=(
        "Abhilfe: `bot approvers {thread} --add NAME` (wer dort allein ist: dazu `--self-approval allowed`), "
        "die Worker neu starten und in diesem Thread etwas sagen; was fehlt, sagt `bot why {thread}`."
    ),
    approve="Genehmigen",
    grant="Genehmigen für",
    deny="Ablehnen…",
    edit="Bearbeiten…",
    more="Mehr…",
    more_spoken="Anfrage {request} weitergeben, verschieben oder auslassen",
    more_title="Nichts entscheiden",
    more_what="Statt zu entscheiden",
    more_to="Weiter an {person}",
    more_later="Später fragen",
    more_ignore="Ohne mich",
    more_when="Wann, wenn später",
    more_when_hint="Ein Zeitpunkt, der noch kommt, wie 09:00 oder 2h.",
    approve_spoken="{tool} genehmigen, Anfrage {request}",
    grant_spoken="{tool} für eine Weile genehmigen, wie auf der Karte, Anfrage {request}",
    deny_spoken="{tool} mit Begründung ablehnen, Anfrage {request}",
    edit_spoken="Argumente von {tool} bearbeiten, Anfrage {request}",
    decided_nothing="Das hat nichts entschieden.",
    try_again="Nicht festgehalten: das ist gerade nicht angekommen. Wenn die Karte sich nicht ändert, hat es nichts entschieden; bitte gleich noch einmal versuchen.",
    stop_heard="Stopp gehört: nichts weiter beginnt.",
    stop_waits="Schon begonnen und nicht zurückzunehmen: {tools}. Wenn das zu Ende ist, steht es in diesem Thread.",
    stop_unheard=(
        "Noch nicht festgehalten: der Stopp ist gerade nicht angekommen. Wenn dieser Thread nicht sagt, dass angehalten wurde, "
        "bitte gleich noch einmal auf Stopp drücken oder hier `stopp` schreiben."
    ),
    stop_refused="Das hat nichts angehalten: anhalten kann nur, wer darum gebeten hat oder hier etwas genehmigen darf.",
    which_card="Mehrere Genehmigungen sind offen: bitte einen Knopf auf der gemeinten Karte drücken.",
    edited_since="{person} hat eine Nachricht geändert, in der hier um etwas gebeten wurde. Was auf Genehmigung wartet, ist dasselbe wie vorher: {requests}.",
    deleted_since="{person} hat eine Nachricht gelöscht, in der hier um etwas gebeten wurde. Was auf Genehmigung wartet, ist dasselbe wie vorher: {requests}.",
    asked_otherwise="*Seither geändert, von {people}*: eine Nachricht, die hierum gebeten hat. Was hier wartet, ist dasselbe wie vorher.",
    asked_no_more="*Seither gelöscht, von {people}*: eine Nachricht, die hierum gebeten hat. Was hier wartet, ist dasselbe wie vorher.",
    from_outside=(
        "Gäste und Leute aus anderen Workspaces können hier um nichts bitten, wenn die people-Datei des Bots sie nicht nennt. In "
        "einem laufenden Gespräch bleibt, was sie sagen, als Hintergrund stehen."
    ),
    bots_alone="Bots haben hier so oft gefragt, wie sie ohne das Wort eines Menschen dürfen. Keiner bekommt Antwort, bis ein Mensch spricht.",
    a_copy="Eine Kopie in einer Direktnachricht; das Gespräch steht in <{link}|seinem Thread>.",
    a_copy_apart="Eine Kopie in einer Direktnachricht; darum gebeten wurde in einem Gespräch mit jemand anderem, das nur dort zu sehen ist.",
    put_here="Darum wurde anderswo gebeten. Hier zählen nur Entscheidungen und Antworten.",
    a_copy_apart_only="Unter der Kopie einer Karte zählen nur Entscheidungen und Antworten.",
    a_copy_only="Unter der Kopie einer Karte zählen nur Entscheidungen und Antworten. Alles andere gehört in <{link}|ihren Thread>.",
    unknown="Ist es geschehen? {tool}",
    started_at="Begonnen {moment}",
    may_retry_at="Kann erneut versucht werden ab {moment}",
    hold="Wie soll es weitergehen?",
    frame_choices={
        "Yes": "Ja",
        "No": "Nein",
        "It happened": "Es ist geschehen",
        "Try again": "Noch einmal versuchen",
        "Give up": "Aufgeben",
        "Extend": "Verlängern",
        "Stop": "Stoppen",
    },
    approved="Genehmigt von {people}",
    denied="Abgelehnt von {people}",
    withdrawn="Zurückgezogen von {people}",
    expired="Abgelaufen: niemand hat rechtzeitig entschieden",
    set_aside="Beiseitegelegt; nichts wurde ausgeführt",
    not_started="Noch nicht begonnen",
    waits_for_a_halt="Wartet: der Bot ist angehalten ({halt}); ausgeführt wird es, sobald das aufgehoben ist",
    halted="Angehalten ({halt}): vorerst beginnt nichts. Was hier gesagt wird, zählt trotzdem; was daraus folgt, wartet, bis das aufgehoben ist.",
    running="Läuft seit {moment}",
    done="Erledigt",
    failed="Fehlgeschlagen",
    happened="Geklärt von {people}: es ist geschehen",
    gave_up="Aufgegeben von {people}: niemand weiß, ob es geschehen ist",
    answered="Beantwortet von {people}",
    elsewhere="Dem Thread überlassen, von dem dieser eine Kopie ist",
    outdated="Veraltet. Es zählt jetzt die Karte {request}. Sie steht hier weiter unten oder kommt gleich.",
    made_anew="Veraltet. Eine neue Karte wird erstellt.",
    in_doubt="Es wurde begonnen, und niemand weiß, ob es geschehen ist: siehe {request}.",
    deny_title="Ablehnen",
    edit_title="Bearbeiten",
    send="Senden",
    cancel="Abbrechen",
    reason="Warum? Das Modell liest es.",
    edit_makes_a_card="Eine Bearbeitung erzeugt eine neue Karte, die die Änderung zeigt. Sie genehmigt nichts.",
    edit_strands=(
        "*Nach einer Änderung von dir können es zu wenige genehmigen*: {people}; nötig sind {quorum}. Wer einen Aufruf ändert, darf "
        "ihn nicht genehmigen. `bot approvers {thread} --add NAME` benennt noch jemanden, sobald die Worker neu gestartet sind."
    ),
    left_long="{name} ist zu lang für ein Formular ({size} Zeichen) und bleibt, wie es ist:",
    left_hidden="{name} enthält Zeichen, die unsichtbar sind oder für andere durchgehen ({size} im Ganzen), und bleibt, wie es ist:",
    left_over="{name} hat in diesem Formular keinen Platz ({size} Zeichen) und bleibt, wie es ist:",
    no_room="{count} weitere Argumente haben in diesem Formular keinen Platz und bleiben, wie sie sind: {names}",
    yes="ja",
    no="nein",
    at_least="mindestens {limit}",
    at_most="höchstens {limit}",
    more_than="mehr als {limit}",
    less_than="weniger als {limit}",
    longest="höchstens {limit} Zeichen",
    shortest="mindestens {limit} Zeichen",
    like="in der Form {limit}",
    seeming="Nicht, was es scheint: {words}",
    as_json="als JSON",
    a_whole_number="Erwartet wird eine ganze Zahl.",
    a_number="Erwartet wird eine Zahl.",
    a_value="Erwartet wird ein Wert.",
    a_choice="Erwartet wird eine der Möglichkeiten.",
    a_json="Erwartet wird JSON.",
    too_deep="Das ist tiefer verschachtelt, als sich zeigen lässt.",
    a_list="Erwartet wird eine Liste, als JSON.",
    a_mapping="Erwartet wird eine Zuordnung von Namen zu Werten, als JSON.",
    send_again="Nicht festgehalten: das ist gerade nicht angekommen. Bitte gleich noch einmal senden.",
    nothing_changed="Das steht schon auf der Karte; es würde sich nichts ändern.",
    asks="{person} bittet:",
    how_to_ask="Sag, was du willst: `/ask liefere das Backend aus`. Die Antwort kommt in einem Thread dieses Kanals.",
    home="Wartet auf dich",
    nothing_waits="Nichts wartet auf dich.",
    as_of="Stand {moment}; zum Nachsehen diesen Reiter noch einmal öffnen",
    open_card="Karte öffnen",
    many_more="{count} weitere warten auf dich. `bot pending` listet alle auf.",
    helpful="Hilfreich",
    helpful_spoken="Sagen, dass diese Antwort hilfreich war",
    not_helpful="Nicht hilfreich",
    not_helpful_spoken="Sagen, dass diese Antwort nicht hilfreich war",
)

"""Tongues: what clients themselves write into replies, in the languages they speak. Facts of their screens, one row a thing.

Everything is compared in small letters. What is missing here leaves a quote standing and loses nothing that somebody wrote.
"""

from __future__ import annotations

# fmt: off
# Before a subject: a reply, and a forwarded mail.
REPLY = (
    "re", "aw", "antw", "sv", "vs", "odp", "ynt", "rif", "ref", "res", "r", "回复", "答复", "回覆", "返信", "ответ", "תגובה", "رد",
)
FORWARD = (
    "fwd", "fw", "wg", "tr", "rv", "enc", "i", "vb", "vl", "doorst", "pd", "továbbítás", "転送", "转发", "轉寄", "פורוורד", "перес", "ilt", "reenv", "weitergeleitet", "inoltra",
)
# The labels of a quoted head, by what they name.
FROM = (
    "from", "von", "de", "da", "van", "od", "от", "från", "fra", "lähettäjä", "差出人", "送信者", "发件人", "寄件者", "寄件人", "kimden", "gönderen", "보낸 사람", "보낸사람", "מאת", "من", "feladó", "expéditeur", "remitente", "absender",
)
DATE = (
    "sent", "date", "gesendet", "datum", "envoyé", "date d'envoi", "enviado", "enviado el", "enviada em", "enviado em", "fecha", "data", "inviato", "wysłano", "wysłane", "data wysłania", "verzonden", "отправлено", "дата", "skickat", "sendt", "dato", "lähetetty", "päivä", "送信日時", "日時", "日付", "发送时间", "时间", "日期", "傳送時間", "gönderildi", "tarih", "보낸 날짜", "날짜", "נשלח", "תאריך", "تاريخ الإرسال", "التاريخ", "odesláno", "elküldve", "发送日期",
)
TO = (
    "to", "an", "à", "para", "a", "do", "aan", "кому", "till", "til", "vastaanottaja", "宛先", "收件人", "收件者", "kime", "받는 사람", "받는사람", "אל", "إلى", "komu", "címzett", "destinatario", "destinataire",
)
SUBJECT = (
    "subject", "betreff", "objet", "asunto", "assunto", "temat", "onderwerp", "oggetto", "тема", "ämne", "emne", "aihe", "件名", "主题", "主題", "konu", "제목", "נושא", "الموضوع", "předmět", "tárgy",
)
OTHER = (
    "cc", "kopie", "copie à", "copie", "cópia", "dw", "копия", "kopia", "kopi", "kopio", "抄送", "bilgi", "참조", "reply-to", "antwort an", "importance", "wichtigkeit", "priorité", "attachments", "anlagen", "copy",
)
# What stands in the line above a quote, beside a name and a time.
WROTE = (
    "wrote", "writes", "schrieb", "schreibt", "a écrit", "écrit", "escribió", "escribio", "escreveu", "ha scritto", "scrive", "scritto", "schreef", "heeft geschreven", "geschreven",
    "skrev", "skriver", "kirjoitti", "napisał", "napisała", "napisał(a)", "pisze", "napsal", "napsal(a)", "píše", "написал", "написала", "написал(а)", "писал", "писали", "пишет", "писал(а)", "yazdı", "şunu yazdı", "şunları yazdı",
    "のメール", "さんが書きました", "書きました", "さんは書きました", "写道", "寫道", "写到", "님이 작성", "작성", "כתב", "כתבה", "כתב/ה", "مساهمة", "كتب", "كتبت", "írta", "a scris", "έγραψε",
)
# Above a whole mail that is quoted or passed on.
ORIGINAL = (
    "original message", "original appointment", "originalnachricht", "ursprüngliche nachricht", "original-nachricht", "message d'origine", "message original", "mensaje original", "mensagem original", "messaggio originale",
    "oryginalna wiadomość", "wiadomość oryginalna", "pierwotna wiadomość", "oorspronkelijk bericht", "исходное сообщение", "originalmeddelande", "ursprungligt meddelande", "oprindelig meddelelse", "oprindelig besked", "opprinnelig melding", "alkuperäinen viesti",
    "元のメッセージ", "原始邮件", "原始郵件", "回复的原邮件", "원본 메시지", "orijinal ileti", "původní zpráva", "הודעה מקורית", "الرسالة الأصلية", "исходное письмо", "original mail", "reply message", "urspr. nachricht", "replied message",
)
PASSED_ON = (
    "forwarded message", "begin forwarded message", "forwarded by", "weitergeleitete nachricht", "anfang der weitergeleiteten nachricht", "message transféré", "début du message transféré", "message réexpédié", "mensaje reenviado", "inicio del mensaje reenviado",
    "mensagem encaminhada", "messaggio inoltrato", "inizio messaggio inoltrato", "doorgestuurd bericht", "wiadomość przekazana", "przekazana wiadomość", "пересылаемое сообщение", "пересланное сообщение", "vidarebefordrat meddelande", "videresendt",
    "転送されたメッセージ", "转发的邮件", "转发邮件", "forwarded mail", "전달된 메시지", "iletilen mesaj", "přeposlaná zpráva",
)
# A line that an app adds below what somebody wrote.
APPS = (
    "sent from", "get outlook for", "von meinem", "gesendet von", "gesendet mit", "gesendet über", "outlook für", "holen sie sich outlook", "diese nachricht wurde von", "von meinem",
    "envoyé de mon", "envoyé depuis", "envoyé à partir", "envoyé avec", "télécharger outlook", "obtenez outlook", "provenance : courrier", "enviado desde", "enviado do meu", "enviado de mi", "enviado a partir", "enviado pelo", "enviado com", "obtener outlook", "obter o outlook", "baixar o outlook", "descargar outlook",
    "inviato da", "inviato dal", "ottieni outlook", "scarica outlook", "verzonden vanaf", "verstuurd vanaf", "verzonden met", "verzonden via", "outlook voor", "download outlook", "wysłane z", "wysłano z", "wysłane za", "pobierz program outlook", "pobierz outlook",
    "отправлено с", "отправлено из", "отправлено через", "скачать outlook", "skickat från", "skickades från", "hämta outlook", "sendt fra", "hent outlook", "lähetetty", "iphoneから送信", "ipadから送信", "outlook for", "发自我的", "来自我的", "發自我的", "从我的", "获取 outlook", "發送自", "发自", "내 iphone", "나의 iphone", "iphone'umdan", "odesláno z",
    "نُشِر من", "مُرسل من", "مرسل من", "أرسلت من", "أُرسلت من", "تم الإرسال من", "נשלח מה", "נשלח מ", "mobil gesendet", "mit freundlichen grüßen von meinem", "this message was sent from my", "typed on my", "sent with", "sent using", "sent via", "secured with tuta", "sicher versendet mit", "yahoo mail:", "von yahoo mail", "androidから送信", "ドコモのスマートフォン", "outlook（",
)
# The first words of a notice that lawyers add.
NOTICES = (
    "this e-mail and any", "this email and any", "this e-mail is", "this email is", "this message is", "this message and any", "this message contains", "this e-mail may", "this email may", "the information contained", "the information in this", "the content of this", "the contents of this", "confidentiality notice", "confidentiality:", "disclaimer", "legal notice", "if you are not the intended", "please consider the environment", "privileged and confidential", "this communication",
    "diese e-mail", "diese nachricht ist vertraulich", "diese email", "der inhalt dieser", "vertraulichkeitshinweis", "sitz der gesellschaft", "ce message", "ce courriel", "cet e-mail", "este mensaje", "este correo", "aviso legal", "esta mensagem", "este e-mail", "aviso de confidencialidade", "questo messaggio", "le informazioni contenute", "avviso di riservatezza", "dit bericht", "deze e-mail", "de informatie in", "ta wiadomość", "niniejsza wiadomość", "это сообщение", "данное сообщение", "detta meddelande", "detta e-post",
)
# How people take their leave; the lines below are their names.
CLOSINGS = (
    "best", "best regards", "kind regards", "kindest regards", "warm regards", "regards", "many regards", "cheers", "thanks", "many thanks", "thank you", "thx", "sincerely", "yours sincerely", "yours", "yours faithfully", "all the best", "best wishes", "with best regards", "with kind regards", "br", "kr", "rgds", "thanks and regards", "thanks & regards", "thanks a lot", "thank you very much", "take care", "talk soon",
    "mit freundlichen grüßen", "mit freundlichen grüssen", "freundliche grüße", "freundliche grüsse", "viele grüße", "viele grüsse", "liebe grüße", "beste grüße", "schöne grüße", "herzliche grüße", "grüße", "gruß", "gruss", "schönen gruß", "lg", "vg", "mfg", "bg", "danke", "vielen dank", "danke und gruß", "besten dank", "danke und viele grüße", "hochachtungsvoll",
    "cordialement", "bien cordialement", "bien à vous", "cdt", "cdlt", "merci", "merci d'avance", "salutations", "bonne journée", "à bientôt", "amicalement", "sincères salutations", "merci beaucoup",
    "saludos", "un saludo", "saludos cordiales", "cordialmente", "atentamente", "gracias", "muchas gracias", "un abrazo", "atenciosamente", "att", "abraços", "abraço", "cumprimentos", "com os melhores cumprimentos", "melhores cumprimentos", "obrigado", "obrigada", "um abraço", "grato", "grata",
    "cordiali saluti", "distinti saluti", "saluti", "un saluto", "grazie", "grazie mille", "a presto", "ciao", "met vriendelijke groet", "met vriendelijke groeten", "vriendelijke groet", "vriendelijke groeten", "groeten", "groet", "groetjes", "mvg", "alvast bedankt", "bedankt", "dank",
    "pozdrawiam", "z poważaniem", "pozdrowienia", "dziękuję", "z pozdrowieniami", "serdecznie pozdrawiam", "dzięki", "с уважением", "с наилучшими пожеланиями", "спасибо", "всего доброго", "med vänliga hälsningar", "vänliga hälsningar", "hälsningar", "mvh", "tack", "hälsning", "med vänlig hälsning", "vänligen", "venlig hilsen", "med venlig hilsen", "hilsen", "med vennlig hilsen", "terveisin", "ystävällisin terveisin", "kiitos", "bästa hälsningar",
    "よろしくお願いします", "以上、よろしくお願いいたします", "以上、よろしくお願い致します", "以上、宜しくお願いいたします", "よろしくお願いいたします", "よろしくお願い致します", "宜しくお願いします", "宜しくお願いいたします", "以上、よろしくお願いします", "以上", "以上です", "此致", "谢谢", "祝好", "顺祝商祺", "敬礼", "감사합니다", "감사합니다.", "saygılar", "saygılarımla", "teşekkürler", "iyi çalışmalar", "s pozdravem", "děkuji", "بרכה", "בברכה", "תודה", "مع تحياتي", "تحياتي", "شكرا", "شكرًا", "مع أطيب التحيات",
)
# What people say where their answers stand inside the quote.
INLINE = (
    "below", "inline", "in line", "in red", "in blue", "in colour", "in color", "unten", "im text", "in rot", "in blau", "s.u.", "siehe unten", "inzeilig", "ci-dessous", "dans le texte", "en rouge", "abajo", "en rojo", "más abajo", "abaixo", "em vermelho", "in rosso", "qui sotto", "di seguito", "hieronder", "in rood", "poniżej", "na czerwono", "ниже", "красным", "nedan", "i rött", "下記", "以下", "赤字", "インライン", "下面", "红色", "见下",
)

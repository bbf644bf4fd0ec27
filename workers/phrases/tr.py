"""Turkish."""

from __future__ import annotations

from workers.phrases.calendar import Calendar
from workers.phrases.names import BookingPhrase as B
from workers.phrases.names import Phrase as P

PHRASES = {
    P.GREETING: "Merhaba, {business} işletmesine hoş geldiniz! Size nasıl yardımcı olabilirim?",
    P.THANKS: "Rica ederim! Başka bir şeye ihtiyacınız olursa yazmanız yeterli.",
    P.DONT_KNOW: "Üzgünüm, bu bilgi bende yok. Sorunuzu bir yetkiliye iletmemi ister misiniz?",
    P.ASKED: "Elbette. Bu sohbeti bir yetkiliye aktarıyorum, size buradan yanıt verecek.",
    P.COMPLAINT: "Bunu duyduğuma üzüldüm. Konuyu bir yetkiliye aktarıyorum; ilgilenip size buradan yanıt verecek.",
    P.RULE: "Mesajınız için teşekkürler. Bir yetkiliye aktarıyorum, size buradan yanıt verecek.",
    P.UNSURE: "Tahmin yürütmek istemem. Sorunuzu bir yetkiliye aktarıyorum, size buradan yanıt verecek.",
    P.UNABLE: "Üzgünüm, buna şu anda yanıt veremiyorum. Bir yetkiliye aktarıyorum, size buradan yanıt verecek.",
    P.TALK_TO_PERSON: "Bir yetkiliyle konuş",
    P.THERE: "Şu anda birisi var ve genellikle {time} içinde yanıt veriyor.",
    P.AWAY: "Şu anda kimse yok; en geç {when} ({zone}) itibarıyla yanıt alacaksınız.",
    P.LEAVE_CONTACT: "Size ulaşabilmeleri için lütfen adınızı ve bir e-posta adresi veya telefon numarası bırakın.",
    P.MISSED: (
        "Üzgünüm: size en geç {when} yanıt verileceğini söylemiştim ama henüz kimse yazmadı. Ekibe hatırlattım; "
        "en kısa sürede yanıt verecekler."
    ),
}

BOOKING = {
    B.ASK_DAY_FIRST: "Sizin için memnuniyetle bir randevu not alırım. Hangi gün size uyar?",
    B.ASK_DAY: "Hangi gün size uyar?",
    B.ASK_TIME: "{day}: saat kaçta?",
    B.ASK_TIME_OPEN: "{day}: saat kaçta? Çalışma saatlerimiz: {hours}.",
    B.ASK_TIME_OF_PART: "{day}, {part}: saat kaçta?",
    B.ASK_CONTACT: (
        "{when}: size nasıl ulaşabiliriz? Lütfen adınızı ve bir telefon numarası veya e-posta adresi bırakın."
    ),
    B.NAME_NOTED: "Teşekkürler, {name}. Hangi telefon numarasına veya e-posta adresine yanıt verebiliriz?",
    B.CONFIRM: "{when} için talebinizi göndereyim mi? Size {contact} üzerinden yanıt veririz.",
    B.CONFIRM_HERE: "{when} için talebinizi göndereyim mi? Size burada, sohbette yanıt veririz.",
    B.REQUESTED: (
        "Teşekkürler! {when} için talebinizi not aldım. Bir yetkili onaylayacak. Talebinizi buradan hâlâ "
        "değiştirebilir veya iptal edebilirsiniz."
    ),
    B.REQUESTED_HERE: (
        "Teşekkürler! {when} için talebinizi not aldım. Bir yetkili burada onaylayacak. Talebinizi hâlâ "
        "değiştirebilir veya iptal edebilirsiniz."
    ),
    B.WHAT_ELSE: "Tamam. Bunun yerine hangi gün ve saat olsun?",
    B.OTHER_MOMENT: "Sorun değil. Başka hangi gün ve saat size uyar?",
    B.PASSED: "O zaman çoktan geçti. Hangi gün ve saat size uyar?",
    B.NO_SUCH_DAY: "Takvimde böyle bir gün yok. Hangi gün size uyar?",
    B.TOO_FAR: "Bu bir yıldan daha ileride. Daha erken hangi gün size uyar?",
    B.CLOSED_DAY: "{day} günü kapalıyız. Başka hangi gün size uyar?",
    B.CLOSED_DAY_OTHER: "{day} günü kapalıyız. Açık olduğumuz en yakın gün {other}, {hours}. Hangi saat size uyar?",
    B.CLOSED_DAY_OFFER: "{day} günü kapalıyız. Açık olduğumuz en yakın zaman {when}. Size uyar mı?",
    B.CLOSED_TIME_OFFER: "{day} günü çalışma saatlerimiz {hours}. İsteğinize en yakın zaman {when}. Size uyar mı?",
    B.STANDS: "{when} için talebiniz not alındı. Bir yetkili onaylayacak.",
    B.CHANGE_TO: "Talebiniz {when} için. Bunun yerine hangi gün ve saat olsun?",
    B.CHANGED: "Tamamdır: talebiniz artık {when} için. Bir yetkili onaylayacak.",
    B.LEFT: "Tamam, talebinizi olduğu gibi bırakıyorum: {when}.",
    B.ONE_ONLY: (
        "Bir sohbette tek talep not alabilirim, sizinki {when} için. Değiştirebilir, iptal edebilir veya bir "
        "yetkili isteyebilirsiniz."
    ),
    B.CONTACT_NOTED: "Teşekkürler, {when} için talebinizle birlikte ilettim.",
    B.CANCELLED: "Tamamdır: {when} için talebiniz iptal edildi.",
    B.DROPPED: "Tamam, vazgeçtim: hiçbir talep oluşturulmadı.",
}

CALENDAR = Calendar(
    weekdays=("Pazartesi", "Salı", "Çarşamba", "Perşembe", "Cuma", "Cumartesi", "Pazar"),
    months=(
        "Ocak",
        "Şubat",
        "Mart",
        "Nisan",
        "Mayıs",
        "Haziran",
        "Temmuz",
        "Ağustos",
        "Eylül",
        "Ekim",
        "Kasım",
        "Aralık",
    ),
    day="{number} {month}{year} {weekday}",
    year=" {year}",
    moment="{day}, saat {time}",
    span="{opens}–{closes}",
    also=" ve ",
    parts=("sabah", "öğle", "öğleden sonra", "akşam"),
    minutes=("dakika", "dakika"),
    hours=("saat", "saat"),
)

DONT_KNOW = (
    r"(?:üzgünüm|maalesef|ne yazık ki|özür dilerim)?[,.:; ]*(?:ama )?"
    r"(?:bu (?:bilgi|konuda bilgi)|(?:bu|o) konuda (?:herhangi bir )?bilgi\w*|"
    r"bununla ilgili (?:herhangi bir )?bilgi\w*) ?(?:bende )?(?:yok|bulunmuyor|sahip değilim|mevcut değil)"
)

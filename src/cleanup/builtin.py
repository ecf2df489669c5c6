"""What code finds without a rule file, in one table: read it, and you know what can be found.

A built-in has an id like a rule, is listed and shown like one, and is switched off like one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cleanup.data import TIER_CONFIDENCE, Action, Kind, Tier


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """A finding that a detector makes: its id, what it does, what it tells, and why it is right."""

    id: str
    kind: Kind
    tier: Tier
    action: Action
    message: Mapping[str, str]
    why: str
    confidence: float = 0.0

    def __post_init__(self) -> None:
        if not self.confidence:
            object.__setattr__(self, "confidence", TIER_CONFIDENCE[self.tier])


_ALL = (
    BuiltIn(
        "title-repeated",
        "boilerplate",
        "auto",
        "delete",
        {"zh": "标题在正文里重复出现", "en": "the title stands again in the body"},
        "A line that says the whole title once more is page, not article; short titles are left alone.",
    ),
    # furniture: features of lines and blocks, recurrence
    BuiltIn(
        "page-line",
        "boilerplate",
        "auto",
        "delete",
        {"zh": "页面上的一行，不属于文章", "en": "a line of the page around the article"},
        "Its shape, its place, its neighbours and its recurrence over the source add up to page; the evidence has the points of each.",
    ),
    BuiltIn(
        "page-line-likely",
        "boilerplate",
        "suggest",
        "delete",
        {"zh": "可能是页面上的一行", "en": "probably a line of the page"},
        "It looks like page, and the evidence is not enough to delete it unasked.",
    ),
    BuiltIn(
        "page-list",
        "boilerplate",
        "auto",
        "delete",
        {"zh": "链接列表里的一条", "en": "a link of a list"},
        "Short titles under a heading such as 相关阅读 down to the end, or several dated titles in a row, are a list of links.",
    ),
    BuiltIn(
        "page-list-likely",
        "boilerplate",
        "suggest",
        "delete",
        {"zh": "可能是链接列表里的一条", "en": "probably a link of a list"},
        "It looks like a list of links, but there is one only, or prose follows.",
    ),
    BuiltIn(
        "page-glued",
        "boilerplate",
        "auto",
        "delete",
        {"zh": "粘在正文首尾的页面内容", "en": "page stuck to the first or the last sentence"},
        "A byline is stuck before the first sentence, or a licence number, disclaimer or links behind the last one.",
    ),
    BuiltIn(
        "paragraph-repeated",
        "duplicate",
        "auto",
        "delete",
        {"zh": "同一段连着出现两次", "en": "a paragraph stands twice in a row"},
        "The paragraph is the one before it, or nearly, with all numbers the same; short sentences may be repeated on purpose and stay.",
    ),
    BuiltIn(
        "paragraph-repeated-likely",
        "duplicate",
        "suggest",
        "delete",
        {"zh": "可能是同一段出现了两次", "en": "probably a paragraph twice in a row"},
        "The paragraph is much like the one before it, and differs too much to be certain.",
    ),
    BuiltIn(
        "page-without-article",
        "boilerplate",
        "flag",
        "flag",
        {"zh": "整篇都像页面，没有正文", "en": "nothing but page: no article in it"},
        "Without its page lines nothing would be left of the article, so nothing is deleted and an editor decides.",
    ),
    # mojibake
    BuiltIn(
        "misread-encoding",
        "mojibake",
        "auto",
        "replace",
        {"zh": "按错误的编码读出的文字", "en": "text that was read in the wrong encoding"},
        "Written back in the wrong encoding, it gives bytes that are Chinese in the right one, and nothing is lost; "
        "what stands there is no Chinese.",
        confidence=0.995,
    ),
    BuiltIn(
        "misread-encoding-lost",
        "mojibake",
        "flag",
        "flag",
        {
            "zh": "按错误的编码读出的文字，有字节丢失，无法还原",
            "en": "text that was read in the wrong encoding and has lost bytes",
        },
        "What is left of the bytes is Chinese in another encoding, but some are gone, and with them characters.",
        confidence=0.9,
    ),
    # what the channel of a source says; the tier of each finding is earned by its evidence
    BuiltIn(
        "channel-dropped-character",
        "dropped_char",
        "auto",
        "insert",
        {"zh": "该来源滤掉的字", "en": "a character that this source strips"},
        "The source strips the character, by its dump; the sentence breaks here, and goes on with it.",
    ),
    BuiltIn(
        "channel-dropped-word",
        "dropped_word",
        "suggest",
        "insert",
        {"zh": "该来源滤掉的词", "en": "a word that this source strips"},
        "The source strips the word, by its dump; the sentence wants it here.",
    ),
    BuiltIn(
        "channel-mask",
        "mask",
        "suggest",
        "replace",
        {"zh": "该来源用掩码代替的词", "en": "a word that this source masks"},
        "The source hides few words behind this sign, by its dump; of these the word fits here best.",
    ),
    BuiltIn(
        "channel-swap",
        "superlative_swap",
        "auto",
        "replace",
        {"zh": "该来源换掉的字", "en": "a character that this source swaps"},
        "The source writes one character for another, by its dump; here the other one fits far better.",
    ),
    BuiltIn(
        "channel-seam",
        "spin_seam",
        "auto",
        "replace",
        {"zh": "改写时打断的词", "en": "a compound that rewriting broke"},
        "The source replaces the word by this one, blind to word boundaries; here it tore a word, and undoing it mends it.",
    ),
    BuiltIn(
        "channel-insertion",
        "spam_insertion",
        "auto",
        "delete",
        {"zh": "该来源塞进句子的词", "en": "a term that this source pushes in"},
        "The source pushes terms into such slots, by its dump; the term is unlikely here, and the sentence goes on better without it.",
    ),
    BuiltIn(
        "channel-comma",
        "lost_punctuation",
        "suggest",
        "insert",
        {"zh": "该来源丢失的逗号", "en": "a comma that this source lost"},
        "The source loses commas between clauses, by its dump; general text has one in such a place, and so has the source itself.",
    ),
    # what the prior and the article itself say, where its source has no channel
    BuiltIn(
        "prior-dropped-character",
        "dropped_char",
        "auto",
        "insert",
        {"zh": "像是被滤掉的字", "en": "a character that seems to be stripped"},
        "Filters strip surname characters; the sentence breaks here and goes on with this one, and the article looks damaged.",
    ),
    BuiltIn(
        "prior-insertion",
        "spam_insertion",
        "suggest",
        "delete",
        {"zh": "像是塞进句子的词", "en": "a term that seems to be pushed in"},
        "Farms push terms in after 的; this one is unlikely here, and the sentence goes on better without it.",
    ),
    BuiltIn(
        "prior-swap",
        "superlative_swap",
        "suggest",
        "replace",
        {"zh": "像是被换掉的字", "en": "a character that seems to be swapped"},
        "Filters write 更 for 最; here 最 fits far better, and the article hardly has it.",
    ),
    BuiltIn(
        "prior-mask",
        "mask",
        "suggest",
        "replace",
        {"zh": "掩码下可能的词", "en": "the word that may be behind the mask"},
        "The word fits here best and stands nowhere in the article; a filter hides one word or two.",
    ),
    # noise
    BuiltIn(
        "entity-space",
        "noise",
        "auto",
        "replace",
        {"zh": "空格的 HTML 转义残留", "en": "an escaped space left behind"},
        "A space escaped for a page stands for nothing between Chinese characters; where an article names entities, it stays.",
    ),
    BuiltIn(
        "entity-sign",
        "noise",
        "auto",
        "replace",
        {"zh": "HTML 转义没有还原", "en": "an escaped sign was not resolved"},
        "What an entity means is defined; code and articles that name entities are left alone.",
    ),
    BuiltIn(
        "entity-broken",
        "noise",
        "flag",
        "flag",
        {"zh": "HTML 转义没有意义", "en": "an entity that means no character"},
        "The number is no character, so what stood there is lost.",
    ),
    BuiltIn(
        "html-tag",
        "noise",
        "auto",
        "delete",
        {"zh": "残留的 HTML 标签", "en": "a tag of HTML left behind"},
        "Tags lay a page out and are no text; articles about HTML, Markdown and code keep them, and one alone is suggested.",
    ),
    BuiltIn(
        "radical-for-character",
        "noise",
        "auto",
        "replace",
        {"zh": "部首码位代替了汉字", "en": "a radical stands for a character"},
        "Text extracted from PDF holds radicals where characters were; they look alike, and no search finds them.",
    ),
    BuiltIn(
        "compatibility-ideograph",
        "noise",
        "auto",
        "replace",
        {"zh": "兼容汉字代替了汉字", "en": "a compatibility ideograph stands for a character"},
        "Unicode says canonically which character it is; those that are characters of their own have no such form and stay.",
    ),
    BuiltIn(
        "private-use-character",
        "noise",
        "auto",
        "delete",
        {"zh": "私用区字符", "en": "a private use character"},
        "A private use character has a shape in one site's font only; one or two of them over an article are marks.",
    ),
    BuiltIn(
        "private-use-font",
        "noise",
        "flag",
        "flag",
        {"zh": "私用区字符可能代替了文字", "en": "private use characters may hide text"},
        "A font that hides text has many private use characters, and each of them was a character of the article.",
    ),
    BuiltIn(
        "pinyin-glued",
        "noise",
        "auto",
        "delete",
        {"zh": "字后夹着拼音", "en": "pinyin glued behind a character"},
        "The reading of an everyday character inside a word is left by a converter; glosses of rare characters and texts for children stay.",
    ),
    BuiltIn(
        "blank-in-word",
        "noise",
        "auto",
        "delete",
        {"zh": "词语中间有空格", "en": "a blank inside a word"},
        "The blank tears a dictionary word of a sentence; layouts with blanks are left alone, and one or two torn words are suggested.",
    ),
    BuiltIn(
        "anticopy-line",
        "noise",
        "auto",
        "delete",
        {"zh": "防抄袭的乱码行", "en": "a line against copying"},
        "Letters, digits and signs in no order, in several lines of one article, are put there by a forum.",
    ),
    BuiltIn(
        "junk-pair",
        "noise",
        "auto",
        "delete",
        {"zh": "标点前的乱字", "en": "junk characters before punctuation"},
        "The same pair of rare characters stands before punctuation again and again and nowhere else, and is no word.",
    ),
    # script
    BuiltIn(
        "traditional-in-simplified",
        "script_mix",
        "auto",
        "replace",
        {"zh": "简体文章里夹着繁体字", "en": "a traditional character in simplified text"},
        "A simplified article has traditional characters in names, titles and quotations, not in the midst of a simplified sentence; "
        "what may be meant so (a whole line, a quotation, a character talked about) is left alone, a lone place is suggested.",
    ),
    BuiltIn(
        "simplified-in-traditional",
        "script_mix",
        "auto",
        "replace",
        {"zh": "繁体文章里夹着简体字", "en": "a simplified character in traditional text"},
        "One simplified character may be several traditional ones: the phrases of opencc decide, then the article's own words; "
        "where neither does, it is suggested.",
    ),
    BuiltIn(
        "mistaken-traditional",
        "script_mix",
        "auto",
        "replace",
        {"zh": "繁体字转错了", "en": "the wrong traditional form"},
        "All phrases of opencc around the place have another form there, and three different characters of the article are wrong: "
        "a converter made it; fewer are suggested, and what is right in one phrase is left alone.",
    ),
    # masks and contacts; of 913 stars and shapes on the bench 910 were masks, of 14 in articles full of traps 11
    BuiltIn(
        "mask-stars",
        "mask",
        "flag",
        "flag",
        {"zh": "有词被星号盖住", "en": "a word is masked by stars"},
        "Stars in the midst of a sentence, that are no bold type, footnote, rating, name or number with its digits hidden.",
        confidence=0.9,
    ),
    BuiltIn(
        "mask-shapes",
        "mask",
        "flag",
        "flag",
        {"zh": "有词被方块或圆点盖住", "en": "a word is masked by shapes"},
        "Boxes or discs in the midst of a sentence, that are no rating, bullet, name or box to tick.",
        confidence=0.9,
    ),
    BuiltIn(
        "mask-letters",
        "mask",
        "flag",
        "flag",
        {"zh": "有词被 XX 或 ×× 盖住", "en": "a word is masked by XX or ××"},
        "Several in the article stand where no name, place, date or placeholder can; one alone proves nothing.",
    ),
    BuiltIn(
        "mask-signs",
        "mask",
        "flag",
        "flag",
        {"zh": "有词被符号盖住", "en": "a word is masked by signs"},
        "Several in the article stand between Chinese characters, and are no form to fill in, topic or code.",
    ),
    BuiltIn(
        "mask-blank",
        "mask",
        "flag",
        "flag",
        {"zh": "标点前空着一格，词不见了", "en": "a blank before punctuation: a word is gone"},
        "A filter that strips a word may leave its blank; authors who space their punctuation do so throughout.",
    ),
    BuiltIn(
        "contact-account",
        "contact_insertion",
        "auto",
        "delete",
        {"zh": "塞进来的联系方式", "en": "contact details pushed in"},
        "An account with its handle after a clause end, with prose going on at once or in a disguise; what may be the article's own contact is suggested or left.",
    ),
    BuiltIn(
        "contact-telephone",
        "contact_insertion",
        "auto",
        "delete",
        {"zh": "塞进来的电话", "en": "a telephone number pushed in"},
        "A call and a number between clauses, with prose going on at once or with 微信同号; numbers of institutions and of the article itself are left.",
    ),
    BuiltIn(
        "contact-website",
        "contact_insertion",
        "auto",
        "delete",
        {"zh": "塞进来的网址", "en": "a web address pushed in"},
        "A call and an address between clauses, with prose going on at once, or written so that no search finds it; official sites are left.",
    ),
    BuiltIn(
        "contact-follow",
        "contact_insertion",
        "suggest",
        "delete",
        {"zh": "“关注公众号，回复领取”一类的广告", "en": "follow an account, reply, and get: an advert"},
        "Authors ask for it, too, so it is suggested, unless prose goes on at once.",
    ),
    BuiltIn(
        "contact-watermark",
        "contact_insertion",
        "suggest",
        "delete",
        {"zh": "塞进句子的网站名", "en": "a site's name pushed into the text"},
        "A page that names itself in the midst of a paragraph; articles name their sources, too, so it is suggested unless prose goes on at once.",
    ),
    BuiltIn(
        "evasion-number",
        "evasion",
        "suggest",
        "replace",
        {"zh": "换了写法的电话号码", "en": "a telephone number in disguise"},
        "Eleven digits of a mobile number, some of them circled, raised or in Han numerals, are written to evade filters.",
    ),
    BuiltIn(
        "evasion-service",
        "evasion",
        "suggest",
        "replace",
        {"zh": "为躲过滤而改写的名称", "en": "a name spelled to evade filters"},
        "薇信 and V信 are no words; texts about such spellings, and quoted ones, are left.",
    ),
)
BUILT_IN: dict[str, BuiltIn] = {b.id: b for b in _ALL}
assert len(BUILT_IN) == len(_ALL), "two built-ins of one id"

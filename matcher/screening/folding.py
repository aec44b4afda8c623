"""Writes a text in one plain way: no case, accents, apostrophes or look-alikes, cut into words, pauses and stops."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

STOP = "|"
"""Ends a sentence: nothing is read across it."""
PAUSE = ","
"""Ends a part of a sentence: words may go on after it, gaps may not."""

_APOSTROPHES = dict.fromkeys(map(ord, "'’‘`´ʼʹ＇‛′"))
_PLAIN = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "ـ": None, "ى": "ي", "ة": "ه", "ँ": "ं"}
)
_KATAKANA = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}
_SIMPLER_PAIRS = (
    "殺杀 傷伤 這这 無无 說说 樣样 會会 離离 開开 著着 沒没 過过 讓让 訊讯 藥药 繩绳 樓楼 橋桥 燒烧 結结 "
    "間间 買买 對对 個个 後后 遺遗 書书 們们 寫写 別别 斷断 給给 實实 現现 頭头 從从 應应 該该 刪删 見见 "
    "愛爱 邊边 裡里 裏里 嗎吗 還还 錢钱 壓压 難难 覺觉 點点 產产 麼么 勁劲 雙双 條条 顆颗 髒脏 為为 擔担 "
    "負负 誰谁 話话 樂乐 義义 強强 親亲 脅胁 媽妈 兒儿 亂乱 紅红 體体 騷骚 擾扰 槍枪 險险 關关 鎖锁 搶抢 "
    "嚇吓 決决 準准 備备 氣气 內内 計计 劃划 歲岁 認认 識识 終终 護护 師师 診诊 療疗 熱热 線线 聽听 團团 "
    "隊队 試试 圖图 "
)
_SIMPLER = str.maketrans({pair[0]: pair[1] for pair in _SIMPLER_PAIRS.split()})
"""Traditional characters of the tables, and what the tables write; Japanese ones that look the same go along."""
_LATIN_FOR = str.maketrans("аеорсухіѕԁкмнтвгӏαεορυικντ", "aeopcyxisdkmhtbrlaeopuikvt")
"""Cyrillic and Greek letters that pass for Latin ones."""

_MARKS = re.compile("[\u0300-\u036f\u064b-\u065f\u0670\u093c]")
"""Accents of alphabets; the vowels of Devanagari and the voicing marks of kana are letters of their own."""
_FOREIGN_IN_LATIN = re.compile(r"\b(?=\w*[a-z])(?=\w*[\u0370-\u03ff\u0400-\u052f])\w+")
_DOTS = re.compile(r"\.{2,}|…")
_STOPS = re.compile(r"[.!?;:|。！？؟।¡¿•؛]+|\n\s*\n")
_PAUSES = re.compile(r"[,،、，()\[\]{}\n\r–—]+|(?<=\s)-+(?=\s)")
_WORD = re.compile(
    r"[|,]"
    r"|[\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\U00020000-\U0003ffff]"
    r"|(?:(?![\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\U00020000-\U0003ffff])[\w\u0900-\u0963\u200d])+"
)
"""A stop, a pause, one letter of a script without blanks (Korean, whose blanks wander, is read so too), or a word."""


def fold(text: str) -> str:
    """Return a text without case, accents, apostrophes, invisible letters and letters that look like others.

    >>> fold("Ｉ don’t wаnt tó l\u200bive")
    'i dont want to live'
    """
    plain = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).casefold())
    plain = unicodedata.normalize("NFC", _MARKS.sub("", plain)).translate(_KATAKANA).translate(_SIMPLER)
    seen = "".join(letter for letter in plain if letter in "\n\r\t" or unicodedata.category(letter) not in _UNSEEN)
    return _FOREIGN_IN_LATIN.sub(_in_latin, seen.translate(_PLAIN).translate(_APOSTROPHES))


_UNSEEN: Mapping[str, None] = dict.fromkeys(("Cf", "Cc"))
"""Categories of letters that nobody sees."""


def _in_latin(word: re.Match[str]) -> str:
    return word.group().translate(_LATIN_FOR)


def words_of(folded: str) -> list[str]:
    """Return the words of a folded text with `STOP` and `PAUSE` between them; scripts without blanks letter by letter.

    >>> words_of("i dont know. 我想, ok")
    ['i', 'dont', 'know', '|', '我', '想', ',', 'ok']
    """
    marked = _PAUSES.sub(f" {PAUSE} ", _STOPS.sub(f" {STOP} ", _DOTS.sub(f" {PAUSE} ", folded)))
    return _WORD.findall(marked.replace("_", " "))

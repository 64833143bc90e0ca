/**
 * Payloads in each framing and what is read of them, the packets as
 * "type:data;" each, "b" behind the type for base64 and "br" for bytes, '!' and
 * the status where it stops:
 *
 *      ROW(name, framing, body, status of the check, packets)
 */
#define RS                          "\x1e"
#define V4(name, body, packets)     ROW(name, EIO_RS, body, EIO_OK, packets)
#define TEXT(name, body, packets)   ROW(name, EIO_TEXT, body, EIO_OK, packets)
#define BINARY(name, body, packets) ROW(name, EIO_BINARY, body, EIO_OK, packets)
#define BAD_TEXT(name, body, packets) \
	ROW(name, EIO_TEXT, body, EIO_FRAME, packets)
#define BAD_BINARY(name, body, packets) \
	ROW(name, EIO_BINARY, body, EIO_FRAME, packets)

V4("C2: one packet", "4a", "4:a;")
V4("C2: several, in order", "4a" RS "2" RS "4b", "4:a;2:;4:b;")
V4("C2: binary", "4h" RS "bAQIDBA==", "4:h;4b:AQIDBA==;")
V4("M14: leave and close in one batch", "41" RS "1", "4:1;1:;")
V4("D6: only a separator", RS, "!EIO_EMPTY")
V4("D6: trailing separator", "4a" RS, "4:a;!EIO_EMPTY")
V4("D6: leading separator", RS "4a", "!EIO_EMPTY")
V4("D6: empty segment", "4a" RS RS "4b", "4:a;!EIO_EMPTY")
V4("D6: stops at the first invalid one", "4a" RS "x" RS "4b", "4:a;!EIO_TYPE")
V4("E10: invalid base64", "4a" RS "b?" RS "4b", "4:a;!EIO_BASE64")
V4("D6: the suite's invalid payload", "abc", "!EIO_TYPE")
V4("G1: a payload of version 3", "6:4hello", "6::4hello;")
V4("D8: BOM",
    "\xef\xbb\xbf"
    "4a",
    "!EIO_TYPE")
V4("NUL is data", "4\0x", "4:\0x;")
ROW("D6: empty body", EIO_RS, "", EIO_EMPTY, "!EIO_EMPTY")
ROW("D8: invalid UTF-8", EIO_RS, "4a" RS "4\xff", EIO_UTF8, "4:a;4:\xff;")
ROW("D8: cut UTF-8 at the end", EIO_RS, "4\xe2\x82", EIO_UTF8, "4:\xe2\x82;")
ROW("D8: a surrogate", EIO_RS, "4\xed\xa0\x80", EIO_UTF8, "4:\xed\xa0\x80;")
ROW("separator within a character", EIO_RS, "4\xe2" RS "\x82", EIO_UTF8,
    "4:\xe2;!EIO_TYPE")

TEXT("G1: one packet", "6:4hello", "4:hello;")
TEXT("G1: several", "6:4hello2:4\xe2\x82\xac", "4:hello;4:\xe2\x82\xac;")
TEXT("M19: ping", "1:2", "2:;")
TEXT("E2: probe", "6:2probe", "2:probe;")
TEXT("E3: close", "1:1", "1:;")
TEXT("E9: message without data", "1:4", "4:;")
TEXT("G1: two bytes, one unit", "3:4\xc3\xa9x1:2", "4:\xc3\xa9x;2:;")
TEXT("G1: four bytes, two units", "4:4\xf0\x9f\x98\x80x1:2",
    "4:\xf0\x9f\x98\x80x;2:;")
TEXT("a colon and digits are data", "6:43:abc1:2", "4:3:abc;2:;")
TEXT("a separator of version 4 is data",
    "3:4\x1e"
    "1",
    "4:\x1e"
    "1;")
TEXT("NUL is data", "3:4\0x", "4:\0x;")
TEXT("G2: an empty packet is skipped", "0:2:4a0:0:1:20:", "4:a;2:;")
TEXT("G2: no packet at all", "0:", "")
TEXT("G3: binary", "10:b4AQIDBA==", "4b:AQIDBA==;")
TEXT("G3: binary among text", "2:4a10:b4AQIDBA==1:2", "4:a;4b:AQIDBA==;2:;")
TEXT("E9: binary without data", "2:b4", "4b:;")
TEXT("E10: padding left out", "8:b4AQIDBA", "4b:AQIDBA;")
TEXT("E10: URL-safe alphabet", "1:26:b4-_-_", "2:;!EIO_BASE64")
TEXT("G3: binary of version 4", "9:bAQIDBA==", "!EIO_TYPE")
TEXT("G3: a binary ping", "4:b2AQ", "!EIO_TYPE")
TEXT("G3: binary without a type", "1:b", "!EIO_TYPE")
TEXT("G7: unknown type", "2:4a2:xa1:2", "4:a;!EIO_TYPE")
TEXT("E2: type 7", "1:7", "!EIO_TYPE")

ROW("G2: empty", EIO_TEXT, "", EIO_EMPTY, "!EIO_EMPTY")
BAD_TEXT("G7: the suite's invalid payload", "abc", "!EIO_FRAME")
BAD_TEXT("a payload of version 4",
    "4hello\x1e"
    "4a",
    "!EIO_FRAME")
BAD_TEXT("G2: no length", ":4a", "!EIO_FRAME")
BAD_TEXT("G2: no colon", "2", "!EIO_FRAME")
BAD_TEXT("G2: only digits", "1:21", "2:;!EIO_FRAME")
BAD_TEXT("G2: leading zero", "02:4a", "!EIO_FRAME")
BAD_TEXT("G2: zero twice", "00:", "!EIO_FRAME")
BAD_TEXT("G2: fraction", "2.0:4a", "!EIO_FRAME")
BAD_TEXT("G2: exponent", "2e0:4a", "!EIO_FRAME")
BAD_TEXT("G2: hexadecimal", "0x2:4a", "!EIO_FRAME")
BAD_TEXT("G2: sign", "+2:4a", "!EIO_FRAME")
BAD_TEXT("G2: negative", "-2:4a", "!EIO_FRAME")
BAD_TEXT("G2: white space", " 2:4a", "!EIO_FRAME")
BAD_TEXT("G2: white space behind", "2:4a\n", "4:a;!EIO_FRAME")
BAD_TEXT("G2: digits of a binary length", "\2:4a", "!EIO_FRAME")
BAD_TEXT("G2: below the digits", "/:4a", "!EIO_FRAME")
BAD_TEXT("G2: one unit too many", "3:4a", "!EIO_FRAME")
BAD_TEXT("G2: one unit too few", "1:4a", "4:;!EIO_FRAME")
BAD_TEXT("G1: bytes instead of units", "4:4\xe2\x82\xac", "!EIO_FRAME")
BAD_TEXT("G1: half of a surrogate pair", "2:4\xf0\x9f\x98\x80", "!EIO_FRAME")
BAD_TEXT("G1: code points instead of units",
    "2:4\xf0\x9f\x98\x80"
    "1:2",
    "!EIO_FRAME")
BAD_TEXT("G2: nine digits", "999999999:4a", "!EIO_FRAME")
BAD_TEXT("G2: ten digits", "1000000000:4a", "!EIO_FRAME")
BAD_TEXT("G2: 2^64 + 2", "18446744073709551618:4a", "!EIO_FRAME")
BAD_TEXT("D8: a BOM",
    "\xef\xbb\xbf"
    "2:4a",
    "!EIO_FRAME")
ROW("D8: invalid UTF-8", EIO_TEXT, "3:4a\xff", EIO_FRAME, "!EIO_FRAME")
ROW("D8: a stray byte", EIO_TEXT,
    "2:4a\x80"
    "1:2",
    EIO_UTF8, "4:a\x80;2:;")
ROW("D8: cut UTF-8", EIO_TEXT, "2:4\xe2\x82", EIO_UTF8, "4:\xe2\x82;")
ROW("D8: a surrogate", EIO_TEXT, "2:4\xed\xa0\x80", EIO_UTF8, "4:\xed\xa0\x80;")

BINARY("G4: text",
    "\0\6\xff"
    "4hello",
    "4:hello;")
BINARY("G4: bytes", "\1\5\xff\4\1\2\3\4", "4br:\1\2\3\4;")
BINARY("G4: both",
    "\0\1\xff"
    "2\1\5\xff\4\xff\0\x1e\x80\0\2\xff"
    "4a",
    "2:;4br:\xff\0\x1e\x80;4:a;")
BINARY("G4: two digits",
    "\0\1\2\xff"
    "42[\"a\",\"\xc3\xa9\"]",
    "4:2[\"a\",\"\xc3\xa9\"];")
BINARY("G4: text is counted in bytes",
    "\0\5\xff"
    "4\xf0\x9f\x98\x80",
    "4:\xf0\x9f\x98\x80;")
BINARY("E9: bytes without data", "\1\1\xff\4", "4br:;")
BINARY("G3: base64 as text",
    "\0\4\xff"
    "b4AQ",
    "4b:AQ;")
BINARY("G4: no data", "\0\0\xff", "!EIO_EMPTY")
BINARY("G4: no type", "\1\0\xff", "!EIO_EMPTY")
BINARY("G4: a digit as type",
    "\1\2\xff"
    "4a",
    "!EIO_TYPE")
BINARY("G4: a binary ping",
    "\0\1\xff"
    "3\1\1\xff\2",
    "3:;!EIO_TYPE")
BINARY("G4: a number as type of text", "\0\2\xff\4a", "!EIO_TYPE")
BINARY("G7: unknown type",
    "\0\2\xff"
    "4a\0\1\xffx\0\1\xff"
    "2",
    "4:a;!EIO_TYPE")

ROW("G2: empty", EIO_BINARY, "", EIO_EMPTY, "!EIO_EMPTY")
BAD_BINARY("a payload in text", "6:4hello", "!EIO_FRAME")
BAD_BINARY("G4: marker 2",
    "\2\1\xff"
    "2",
    "!EIO_FRAME")
BAD_BINARY("G4: marker 255",
    "\xff\1\xff"
    "2",
    "!EIO_FRAME")
BAD_BINARY("G4: only a marker", "\0", "!EIO_FRAME")
BAD_BINARY("G4: no length",
    "\0\xff"
    "2",
    "!EIO_FRAME")
BAD_BINARY("G4: digits in ASCII",
    "\0"
    "1\xff"
    "2",
    "!EIO_FRAME")
BAD_BINARY("G4: the digit 10",
    "\0\x0a\xff"
    "4aaaaaaaaa",
    "!EIO_FRAME")
BAD_BINARY("G4: the digit 254",
    "\0\xfe\xff"
    "2",
    "!EIO_FRAME")
BAD_BINARY("G4: leading zero",
    "\0\0\1\xff"
    "2",
    "!EIO_FRAME")
BAD_BINARY("G4: no end of the digits", "\0\1", "!EIO_FRAME")
BAD_BINARY("G4: one byte too many",
    "\0\3\xff"
    "4a",
    "!EIO_FRAME")
BAD_BINARY("G4: one byte too few",
    "\0\1\xff"
    "4a",
    "4:;!EIO_FRAME")
BAD_BINARY("G4: a colon ends no length", "\0\2:4a", "!EIO_FRAME")
ROW("G4: units instead of bytes", EIO_BINARY,
    "\0\2\xff"
    "4\xc3\xa9",
    EIO_UTF8, "4:\xc3;!EIO_FRAME")
BAD_BINARY("G4: nine digits",
    "\0\1\1\1\1\1\1\1\1\1\xff"
    "2",
    "!EIO_FRAME")
BAD_BINARY("G4: twenty digits",
    "\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\xff"
    "2",
    "!EIO_FRAME")
ROW("D8: invalid UTF-8 in text", EIO_BINARY,
    "\0\2\xff"
    "4\xff\0\1\xff"
    "2",
    EIO_UTF8, "4:\xff;2:;")
ROW("D8: a character over two packets", EIO_BINARY,
    "\0\2\xff"
    "4\xc3\0\2\xff"
    "4\xa9",
    EIO_UTF8, "4:\xc3;4:\xa9;")

#undef V4
#undef TEXT
#undef BINARY
#undef BAD_TEXT
#undef BAD_BINARY

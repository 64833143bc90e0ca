/**
 * Arguments with placeholders, the number of attachments, and what becomes of
 * them: the status of the check, the arguments for sending, and which of the
 * received attachments go along, one digit each.
 *
 *      ROW(name, args, attachments, status, sent, order)
 */
#define PH(num)              "{\"_placeholder\":true,\"num\":" #num "}"
#define SAME(name, args, n)  ROW(name, args, n, SIO_OK, args, "")
#define BAD(name, args, n)   ROW(name, args, n, SIO_PLACEHOLDER, "", "")
#define FIRST(name, args, n) ROW(name, args, n, SIO_OK, args, "0")

SAME("no placeholder", "[\"a\",{\"num\":1},[null,1.50]]", 1)
SAME("nothing is looked at but an array or an object", "\"_placeholder\"", 1)
FIRST("J7: one", "[\"a\"," PH(0) "]", 1)
FIRST("one of two is not used", "[\"a\"," PH(0) "]", 2)
FIRST("J7: in an object", "[\"a\",{\"b\":[{\"c\":" PH(0) "}],\"d\":1}]", 1)
ROW("J7: several", "[\"a\"," PH(0) "," PH(1) "]", 2, SIO_OK,
    "[\"a\"," PH(0) "," PH(1) "]", "01")
ROW("out of order", "[\"a\"," PH(2) ",{\"b\":" PH(0) "}," PH(1) "]", 3, SIO_OK,
    "[\"a\"," PH(0) ",{\"b\":" PH(1) "}," PH(2) "]", "201")
ROW("J7: one, named twice", "[\"a\"," PH(0) "," PH(0) "]", 1, SIO_OK,
    "[\"a\"," PH(0) "," PH(1) "]", "00")
ROW("numbers keep their text beside one", "[1e400,1.50," PH(1) "]", 2, SIO_OK,
    "[1e400,1.50," PH(0) "]", "1")
ROW("what else stands in one is not sent",
    "[{\"x\":[" PH(7) "],\"num\":0,\"_placeholder\":true}]", 1, SIO_OK,
    "[" PH(0) "]", "0")
ROW("the last duplicate counts",
    "[{\"_placeholder\":true,\"num\":9,\"num\":1}]", 2, SIO_OK, "[" PH(0) "]",
    "1")
ROW("as many as may be",
    "[" PH(9) "," PH(8) "," PH(7) "," PH(6) "," PH(5) "," PH(4) "," PH(
	3) "," PH(2) "," PH(1) "," PH(0) "]",
    10, SIO_OK,
    "[" PH(0) "," PH(1) "," PH(2) "," PH(3) "," PH(4) "," PH(5) "," PH(
	6) "," PH(7) "," PH(8) "," PH(9) "]",
    "9876543210")
ROW("empty containers stay", "[{},[]," PH(0) "]", 1, SIO_OK,
    "[{},[]," PH(0) "]", "0")

SAME("mark is false", "[{\"_placeholder\":false,\"num\":9}]", 1)
SAME("mark is 1", "[{\"_placeholder\":1,\"num\":9}]", 1)
SAME("mark is a string", "[{\"_placeholder\":\"true\",\"num\":9}]", 1)
SAME("mark is null", "[{\"_placeholder\":null,\"num\":9}]", 1)
SAME("mark is another word", "[{\"_Placeholder\":true,\"num\":9}]", 1)
SAME("J9: plain data in a packet without attachments", "[\"a\"," PH(0) "]", 0)
SAME("J9: and a bad number there", "[\"a\"," PH("x") "]", 0)

BAD("J7: beyond the last", "[" PH(1) "]", 1)
BAD("J7: negative", "[" PH(-1) "]", 1)
BAD("beyond 2^32", "[" PH(4294967296) "]", 1)
BAD("over int64", "[" PH(18446744073709551616) "]", 1)
BAD("J7: a string", "[" PH("0") "]", 1)
BAD("a fraction", "[" PH(0.0) "]", 1)
BAD("null", "[" PH(null) "]", 1)
BAD("true", "[" PH(true) "]", 1)
BAD("no number", "[{\"_placeholder\":true}]", 1)
BAD("the second of two", "[" PH(0) "," PH(2) "]", 2)
BAD("deep inside", "[{\"a\":[[{\"b\":" PH(3) "}]]}]", 3)
BAD("behind a good one of an object", "[{\"a\":" PH(0) ",\"b\":" PH(1) "}]", 1)

#undef PH
#undef SAME
#undef BAD
#undef FIRST

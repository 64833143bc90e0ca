# Makes C of the model's weights (strategy_model.txt, which `make train` wrote).
# A line is a letter and its fields, one sort of lines after the other:
#   n UNIT LINK_UNIT OBJECTS   numbers      f NUMBER...     favour of the classes
#   d HEX                      digest of a dialogue it was trained on
#   l TEXT                     links        s TEXT, b TEXT  a row of weights
function open(letter) {
	if (letter == was)
		return
	if (was ~ /[lsb]/)
		print ";"
	if (was == "d")
		print "};"
	if (letter == "d")
		print "static const uint64_t digests[] = {"
	if (letter == "l")
		print "static const char links[] ="
	if (letter == "s")
		print "static const char seller_rows[] ="
	if (letter == "b")
		print "static const char buyer_rows[] ="
	was = letter
}
/^#/ { next }
{
	open($1)
	count[$1]++
}
$1 == "n" {
	printf "#define UNIT %sf\n#define LINK_UNIT %sf\n#define OBJECTS %sf\n", $2, $3, $4
}
$1 == "f" {
	printf "#define FAVOUR {"
	for (i = 2; i <= NF; i++)
		printf " %sf,", $i
	print " }"
}
$1 == "d" { print "\t0x" $2 "u," }
$1 ~ /[lsb]/ {
	text = substr($0, 3)
	gsub(/[\\"?]/, "\\\\&", text)
	print "\"" text "\""
}
END {
	open("")
	printf "#define SELLER_ROWS %du\n#define BUYER_ROWS %du\n", count["s"], count["b"]
}

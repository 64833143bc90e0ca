# Makes a C string literal of a text file, without the blanks that lines begin
# with: what is read by programs needs none.
{
	sub(/^ +/, "")
	# Not "\\\\": awks differ on what that puts in.
	gsub(/["\\]/, "\\\\&")
	print "\"" $0 "\\n\""
}

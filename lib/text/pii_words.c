/**
 * The words that names are told from: lists in lower case without accents, in
 * the order of strcmp(). Given names are the more frequent ones of Europe and
 * the Americas and some of Africa and Asia; doc/pii.md says what that means.
 */
#include <stdlib.h>
#include <string.h>

#include "text/pii_scan.h"

/* Given names that hardly mean anything else in a sentence. */
static const char *const given[] = { "aaliyah", "aaron", "abdul", "abdullah",
	"abigail", "adaeze", "adela", "adelaide", "adele", "adrian", "adriana",
	"adrienne", "agata", "agnes", "agnieszka", "ahmad", "ahmed", "aidan",
	"aiden", "aiko", "aileen", "aisha", "akira", "akosua", "alan", "alana",
	"alastair", "albert", "alberta", "alberto", "alejandra", "alejandro",
	"aleksander", "aleksandra", "alena", "alessandra", "alessandro",
	"alessia", "alex", "alexander", "alexandra", "alexandre", "alexei",
	"alexis", "alfred", "alfredo", "ali", "alice", "alicia", "alina",
	"alison", "alistair", "allison", "alondra", "alvaro", "alvin", "alyssa",
	"amadou", "amalia", "amanda", "amara", "amelia", "amelie", "amina",
	"aminata", "amir", "amit", "amy", "ana", "anastasia", "anatoly",
	"anders", "andre", "andrea", "andreas", "andrei", "andres", "andrew",
	"andriy", "andrzej", "andy", "angela", "angelica", "angelina", "angelo",
	"angus", "anika", "anil", "anita", "anja", "anjali", "ann", "anna",
	"annabel", "annabelle", "anne", "annegret", "annemarie", "annette",
	"annie", "annika", "anthony", "antoine", "antoinette", "anton",
	"antonella", "antonia", "antonio", "anya", "archie", "ariana",
	"arianna", "arjun", "armando", "arnold", "arthur", "arturo", "arvid",
	"asha", "asher", "ashley", "ashok", "astrid", "audrey", "augustus",
	"aurelie", "ava", "axel", "ayesha", "aylin", "barbara", "barbora",
	"barry", "bartosz", "beata", "beatrice", "beatriz", "becky", "belinda",
	"ben", "benedict", "benedikt", "benjamin", "bernadette", "bernard",
	"bernd", "bernhard", "bernice", "bert", "bertha", "bertrand", "beth",
	"bethany", "betsy", "betty", "beverly", "bianca", "billy", "birgit",
	"bjorn", "blanca", "bob", "bobby", "bogdan", "bohdan", "bojan", "boris",
	"bradley", "brandon", "brenda", "brendan", "brett", "brian", "brianna",
	"bridget", "brigitte", "brittany", "bruce", "bruno", "bryan", "bryce",
	"byron", "caitlin", "caleb", "callum", "calvin", "cameron", "camila",
	"camille", "candice", "carina", "carl", "carla", "carlo", "carlos",
	"carlotta", "carmen", "carol", "caroline", "carolyn", "carrie",
	"carsten", "casey", "cassandra", "catalina", "caterina", "catherine",
	"cathy", "cecilia", "cedric", "celeste", "celia", "celine", "cesar",
	"chandra", "chantal", "charlene", "charles", "charlie", "charlotte",
	"cheryl", "chiara", "chidi", "chinedu", "chloe", "chris", "christa",
	"christina", "christine", "christoph", "christophe", "christopher",
	"ciara", "cindy", "claire", "clarence", "clarissa", "claudia",
	"claudio", "clemens", "clement", "clifford", "clint", "clive", "cody",
	"colette", "colin", "colleen", "connie", "connor", "conor", "conrad",
	"constance", "constantin", "cora", "cordelia", "corey", "corinne",
	"cornelia", "cory", "craig", "cristian", "cristiano", "cristina",
	"curtis", "cynthia", "cyril", "dalia", "damian", "damien", "dan",
	"dana", "daniel", "daniela", "daniele", "danielle", "danny", "daphne",
	"darius", "darlene", "darren", "daryl", "dave", "david", "davide",
	"deanna", "debbie", "deborah", "debra", "declan", "deepak", "deirdre",
	"delia", "delphine", "denis", "denise", "dennis", "derek", "derrick",
	"desmond", "devin", "diana", "diane", "diego", "dieter", "dietmar",
	"dimitri", "dina", "dinesh", "dirk", "dmitri", "dmitry", "dolores",
	"dominic", "dominik", "dominique", "donald", "donna", "dora", "doreen",
	"dorian", "doris", "dorothea", "dorothy", "doug", "douglas", "dragan",
	"duncan", "dustin", "dwayne", "dwight", "dylan", "eamon", "eddie",
	"edgar", "edith", "edmond", "edmund", "eduardo", "edward", "edwin",
	"eileen", "ekaterina", "elaine", "eleanor", "elena", "eleni", "eli",
	"elias", "elif", "elijah", "elisa", "elisabeth", "elise", "eliza",
	"elizabeth", "elke", "ella", "ellen", "ellie", "elliot", "elliott",
	"eloise", "elsa", "elsie", "elvira", "emanuel", "emanuele", "emeka",
	"emil", "emilia", "emilie", "emilio", "emily", "emma", "emmanuel",
	"enrico", "enrique", "eric", "erica", "erich", "erik", "erika", "erin",
	"ernest", "ernesto", "ernst", "esmeralda", "esperanza", "esteban",
	"estelle", "esther", "ethan", "ethel", "etienne", "eugene", "eugenia",
	"eva", "evan", "evelyn", "ewa", "ewan", "fabian", "fabio", "fabrice",
	"farah", "fatima", "fatma", "fatoumata", "federica", "federico",
	"felicia", "felicity", "felipe", "felix", "ferdinand", "fernanda",
	"fernando", "finn", "fiona", "florian", "floyd", "frances", "francesca",
	"francesco", "francis", "francisco", "franco", "francois", "francoise",
	"franklin", "franz", "fred", "freddie", "frederic", "frederick",
	"frederik", "freya", "frieda", "friedrich", "fritz", "gabriel",
	"gabriela", "gabriele", "gabriella", "gabrielle", "galina", "gareth",
	"gary", "gavin", "gemma", "genevieve", "geoff", "geoffrey", "george",
	"georgina", "gerald", "geraldine", "gerard", "gerardo", "gerd",
	"gerhard", "gerrit", "gertrude", "giacomo", "gianluca", "gianni",
	"gilbert", "gillian", "gina", "ginevra", "giorgia", "giorgio",
	"giovanna", "giovanni", "gisela", "giulia", "giuliana", "giulio",
	"giuseppe", "gladys", "glen", "glenda", "glenn", "gloria", "gonzalo",
	"goran", "gordon", "graham", "greg", "gregor", "gregory", "greta",
	"gretchen", "grzegorz", "guadalupe", "guido", "guillaume", "guillermo",
	"gunter", "gunther", "gustav", "gustavo", "gwen", "gwendolyn", "habib",
	"hakim", "hamish", "hamza", "hana", "hannah", "hannes", "hans",
	"harald", "hari", "harold", "harriet", "harris", "harry", "haruto",
	"hassan", "hector", "heidi", "heike", "heinrich", "heinz", "helen",
	"helena", "helene", "helga", "helmut", "hendrik", "henri", "henriette",
	"henrik", "henry", "herbert", "herman", "hermann", "hideo", "hilary",
	"hilda", "hiroko", "hiroshi", "holger", "horst", "howard", "hubert",
	"hugh", "hugo", "humberto", "hussein", "ian", "ibrahim", "ignacio",
	"igor", "ilaria", "ilona", "ilse", "imogen", "imran", "ines", "inge",
	"ingeborg", "ingmar", "ingo", "ingrid", "inigo", "irene", "irina",
	"irma", "irving", "isaac", "isabel", "isabella", "isabelle", "isaiah",
	"ismael", "ismail", "itzel", "ivan", "ivana", "ivo", "izabela",
	"jackie", "jacob", "jacqueline", "jacques", "jaime", "jakob", "jakub",
	"jamal", "james", "jamie", "jana", "jane", "janet", "janice", "janina",
	"jared", "jasmin", "jason", "javier", "jean", "jeanette", "jeanne",
	"jeff", "jeffrey", "jelena", "jenna", "jennifer", "jenny", "jeremiah",
	"jeremy", "jerome", "jerry", "jess", "jesse", "jessica", "jill", "jim",
	"jimmy", "jiri", "jiwoo", "joachim", "joan", "joanna", "joanne", "joao",
	"joaquin", "jocelyn", "jodie", "jody", "joe", "joel", "joerg", "joey",
	"johan", "johann", "johanna", "johannes", "john", "johnny", "jolanta",
	"jon", "jonah", "jonas", "jonathan", "jordi", "jorge", "jose", "josef",
	"joseph", "josephine", "josh", "joshua", "joyce", "juan", "juana",
	"juanita", "judith", "judy", "julian", "juliana", "julie", "julien",
	"juliet", "juliette", "julio", "julius", "jurgen", "justin", "justyna",
	"jutta", "kai", "kaitlyn", "kamal", "kamil", "karen", "karim", "karin",
	"karina", "karl", "karla", "karolina", "karsten", "kasia", "katarina",
	"katarzyna", "kate", "katerina", "katharina", "katherine", "kathleen",
	"kathryn", "kathy", "katie", "katja", "katrin", "katrina", "kaya",
	"kayla", "keiko", "keisha", "keith", "kelly", "kelsey", "ken", "kendra",
	"kenji", "kenneth", "kenny", "kenta", "kerry", "kerstin", "kevin",
	"khadija", "khalid", "kieran", "kim", "kimberly", "kirk", "kirsten",
	"kirsty", "klaus", "kofi", "konrad", "krista", "kristen", "kristian",
	"kristin", "kristina", "kristof", "kristy", "krzysztof", "kseniya",
	"kumar", "kurt", "kwabena", "kwame", "kyle", "lara", "larissa", "larry",
	"lars", "laszlo", "latoya", "laura", "lauren", "laurence", "laurent",
	"lauri", "lawrence", "layla", "lea", "leah", "leandro", "leila",
	"leland", "lena", "leo", "leon", "leona", "leonard", "leonardo",
	"leonie", "leonor", "leonora", "leopold", "lerato", "leroy", "leslie",
	"leticia", "lewis", "liam", "lidia", "lillian", "lina", "linda",
	"lindsay", "lindsey", "linh", "linnea", "lionel", "lisa", "liz", "lois",
	"lorelei", "lorena", "lorenzo", "loretta", "lori", "lorna", "lorraine",
	"lothar", "lotte", "louis", "louisa", "louise", "luc", "luca", "lucas",
	"lucia", "luciano", "lucie", "lucille", "lucinda", "lucy", "ludovic",
	"ludwig", "luigi", "luis", "luisa", "luise", "lukas", "luke", "luther",
	"lydia", "lynn", "lyudmila", "mabel", "maciej", "maddie", "madeleine",
	"madeline", "mads", "magda", "magdalena", "magnus", "mahmoud", "maja",
	"malcolm", "malgorzata", "malik", "mandy", "manfred", "manon", "manuel",
	"manuela", "mara", "marc", "marcel", "marcela", "marcelo", "marcia",
	"marco", "marcos", "marcus", "margaret", "margarita", "margot",
	"margrit", "maria", "mariam", "mariama", "mariana", "marianne", "marie",
	"marija", "marika", "marilyn", "mario", "marion", "marisa", "marisol",
	"marissa", "marjorie", "marko", "markus", "marlene", "marlon", "marta",
	"martha", "martin", "martina", "marty", "mary", "maryam", "masha",
	"massimo", "mateo", "mateusz", "mathias", "mathieu", "mathilde",
	"matilda", "matt", "matteo", "matthew", "matthias", "matthieu",
	"maureen", "maurice", "mauricio", "maxime", "maximilian", "maya",
	"megan", "meghan", "mehdi", "mehmet", "mei", "melanie", "melinda",
	"melissa", "melvin", "meredith", "micah", "michael", "michaela",
	"michal", "michel", "michele", "michelle", "miguel", "mihai", "mike",
	"mikhail", "mikkel", "mila", "mildred", "milena", "milica", "milos",
	"mina", "mindy", "minjun", "miranda", "miriam", "mitch", "mitchell",
	"mohamed", "mohammad", "mohammed", "moira", "molly", "monica", "monika",
	"monique", "moritz", "moses", "moshe", "muhammad", "muriel", "mustafa",
	"myra", "myriam", "myrtle", "nadezhda", "nadia", "nadine", "nadja",
	"nancy", "naoki", "naomi", "natalia", "natalie", "natascha", "natasha",
	"nate", "nathalie", "nathan", "nathaniel", "neal", "ned", "neil",
	"nelly", "ngozi", "nicholas", "nicola", "nicolas", "nicole", "niels",
	"nigel", "nikhil", "nikita", "niklas", "nikola", "nikolai", "nikos",
	"nils", "nina", "noah", "noemi", "nomvula", "nora", "norbert", "nuno",
	"octavia", "odette", "oksana", "olaf", "oleg", "oleksandr", "olena",
	"olga", "oliver", "olivia", "olivier", "oluwaseun", "omar", "oriana",
	"oskar", "osman", "ottavia", "ottilie", "otto", "ousmane", "owen",
	"pablo", "pamela", "paolo", "pascal", "patricia", "patricio", "patrick",
	"patrik", "patrizia", "patsy", "paul", "paula", "paulina", "pauline",
	"paulo", "pavel", "pawel", "pedro", "peggy", "penelope", "percy",
	"perry", "pete", "peter", "petra", "petros", "phil", "philip",
	"philipp", "philippe", "phillip", "phoebe", "phuong", "phyllis",
	"pierre", "pieter", "pietro", "pilar", "piotr", "polly", "priscilla",
	"priya", "przemyslaw", "quentin", "quincy", "rachel", "rafael", "raj",
	"rajesh", "ralf", "ralph", "ramon", "ramona", "randall", "raquel",
	"rashid", "raul", "ravi", "raymond", "rebecca", "reginald", "reinhard",
	"rekha", "renata", "renate", "rene", "renee", "reza", "rhonda",
	"ricardo", "richard", "rick", "ricky", "rita", "rivka", "robert",
	"roberta", "roberto", "rocio", "roderick", "rodney", "rodrigo", "rohan",
	"roland", "rolf", "romain", "ron", "ronald", "ronnie", "rosalia",
	"rosalie", "rosalind", "rosanna", "rosario", "rosemarie", "rosie",
	"rowan", "roxanne", "ruben", "rudolf", "rudy", "rufus", "rupert",
	"ruth", "ryan", "ryszard", "sabine", "sabrina", "sadie", "sakura",
	"salim", "salma", "salvador", "salvatore", "sam", "samantha", "samir",
	"samuel", "sandeep", "sandra", "sandro", "sanjay", "sanne", "sara",
	"sarah", "sasha", "saskia", "satoshi", "saul", "scarlett", "scott",
	"sean", "sebastian", "selena", "selma", "serena", "serge", "sergei",
	"sergio", "seth", "shane", "shannon", "sharon", "shaun", "shawn",
	"sheila", "shelby", "shelley", "shirley", "shlomo", "shreya", "sidney",
	"siegfried", "sigrid", "silke", "silvia", "silvio", "simon", "simona",
	"simone", "siobhan", "sipho", "soledad", "solveig", "sonia", "sonja",
	"sonya", "sophia", "sophie", "soren", "stacey", "stacy", "stanislav",
	"stefan", "stefania", "stefano", "stephan", "stephane", "stephanie",
	"stephen", "steve", "steven", "stewart", "stuart", "sumit", "sunil",
	"suresh", "susan", "susana", "susanne", "susie", "suzanne", "sven",
	"svenja", "svetlana", "sybil", "sylvain", "sylvia", "sylvie", "tabitha",
	"tadeusz", "takashi", "takeshi", "tamar", "tamara", "tamika", "tammy",
	"tania", "tanja", "tanya", "tara", "taras", "tariq", "tatiana",
	"tatyana", "teresa", "terrence", "terry", "tess", "tessa", "thabo",
	"thandi", "thelma", "theo", "theodore", "theresa", "therese", "thiago",
	"thibault", "thierry", "thomas", "thorsten", "thuy", "tiago", "tim",
	"timo", "timothy", "tina", "tobias", "toby", "todd", "tom", "tomas",
	"tomasz", "tomislav", "tommaso", "tommy", "tony", "torsten", "tracey",
	"tracy", "travis", "trevor", "tricia", "trina", "trisha", "tristan",
	"trudy", "tyler", "tyrone", "udo", "ulla", "ulrich", "ulrike",
	"umberto", "ursula", "ute", "uwe", "valentin", "valentina", "valeria",
	"valerie", "valery", "vanessa", "vasile", "verena", "vernon",
	"veronica", "veronika", "veronique", "vicki", "vicky", "victor",
	"vijay", "viktor", "viktoria", "vincent", "vincenzo", "virginie",
	"vittoria", "vivian", "viviana", "vivien", "vlad", "vladimir", "volker",
	"walter", "wanda", "wayne", "werner", "wesley", "wilbur", "wilfred",
	"wilfried", "wilhelm", "wilhelmina", "willem", "william", "willie",
	"wilma", "winifred", "winston", "wojciech", "wolfgang", "xavier",
	"xiaoming", "ximena", "yael", "yana", "yannick", "yasmin", "yevgeny",
	"yitzhak", "yoko", "yolanda", "yosef", "yuki", "yulia", "yuri", "yusuf",
	"yvette", "yvonne", "zach", "zachary", "zahra", "zainab", "zdenek",
	"zelda", "zoe", "zoltan", "zoran", "zuzana" };

/* Given names that are also words, places, brands or months. */
static const char *const given_too[] = { "alexa", "alexandria", "alma", "amber",
	"april", "ariel", "august", "aurora", "austin", "avi", "basil", "bill",
	"blake", "brad", "brent", "brooke", "carolina", "carter", "chad",
	"chase", "chelsea", "chen", "christian", "clara", "claude", "clinton",
	"clyde", "courtney", "crystal", "daisy", "dale", "dawn", "dean",
	"devon", "dick", "don", "drew", "earl", "ebony", "faith", "flora",
	"florence", "ford", "frank", "gene", "georgia", "grace", "grant", "guy",
	"harsh", "harvey", "hazel", "heather", "holly", "hope", "ida", "iris",
	"ivy", "jack", "jackson", "jade", "jan", "jasmine", "jasper", "jay",
	"jesus", "jin", "jordan", "joy", "julia", "june", "lee", "levi", "lily",
	"ling", "lloyd", "logan", "lola", "lou", "madison", "marina", "mark",
	"marvin", "mason", "max", "maxwell", "may", "melody", "mercedes",
	"mercy", "mia", "milan", "miles", "ming", "moe", "morgan", "nelson",
	"nguyen", "nia", "nick", "noa", "noel", "norma", "norman", "ole",
	"orlando", "oscar", "pam", "paris", "pat", "patience", "patty", "pearl",
	"penny", "pia", "randy", "ray", "regina", "rich", "rob", "robin", "rod",
	"roger", "roman", "rosa", "rosemary", "ross", "roy", "ruby", "russell",
	"sandy", "santiago", "savannah", "seo", "sherry", "sienna", "sierra",
	"sofia", "stan", "stanley", "stella", "sterling", "sue", "summer",
	"tatum", "taylor", "ted", "tiffany", "till", "troy", "uma", "vera",
	"victoria", "viola", "violet", "virginia", "wade", "warren", "wei",
	"wendy", "will", "willow", "xin", "yan", "ying", "york", "zara" };

/* Words that are no names where they stand capitalised without a reason. */
static const char *const common[] = { "a", "abend", "able", "about", "above",
	"absolutely", "abteilung", "academy", "account", "accounting", "action",
	"actually", "ad", "add", "address", "adobe", "adult", "affordable",
	"african", "after", "afternoon", "again", "against", "age", "agent",
	"agentur", "ago", "agree", "ah", "ai", "air", "airlines", "airport",
	"al", "albanian", "alexa", "algerian", "all", "alle", "allemaal",
	"alley", "alliance", "almost", "alone", "along", "already", "alright",
	"also", "although", "always", "am", "amazing", "amazon", "america",
	"american", "amici", "amigo", "amigos", "among", "amount", "an", "and",
	"android", "angry", "animal", "annual", "another", "answer", "any",
	"anybody", "anyone", "anything", "anyway", "apartment", "app", "apple",
	"apt", "aqui", "arab", "are", "area", "argentinian", "armenian", "art",
	"as", "asian", "ask", "asked", "association", "at", "attention", "au",
	"auch", "auf", "august", "aunt", "aunty", "aus", "australia",
	"australian", "austrian", "authorized", "aux", "available", "avec",
	"avenue", "avond", "away", "awesome", "awful", "b", "baby", "back",
	"bad", "bag", "bangladeshi", "bank", "base", "basic", "be", "beach",
	"bean", "beat", "beautiful", "because", "become", "bed", "bedankt",
	"been", "before", "began", "behind", "being", "beispiel", "belgian",
	"believe", "best", "bet", "better", "between", "bien", "big", "bill",
	"billing", "birthday", "bitte", "black", "blessed", "blue", "boa",
	"board", "body", "bolivian", "bom", "bonjour", "bonsoir", "book",
	"born", "boss", "both", "bottom", "boulevard", "box", "boy", "boys",
	"brand", "brazilian", "bridge", "bring", "british", "bro", "brother",
	"brothers", "brown", "buddhist", "buddy", "buenas", "buenos", "build",
	"building", "bulgarian", "buonasera", "buongiorno", "business", "busy",
	"but", "buy", "buyer", "by", "bye", "call", "called", "calling",
	"cambodian", "came", "can", "canada", "canadian", "cannot", "captain",
	"car", "card", "care", "case", "cash", "catholic", "cause", "cell",
	"center", "centre", "cents", "certain", "certainly", "chair",
	"chairman", "champ", "chance", "change", "charities", "charity",
	"chatgpt", "check", "chief", "child", "children", "chilean", "chinese",
	"choice", "christian", "christmas", "church", "ciao", "circle", "cisco",
	"city", "class", "clean", "clear", "clearly", "click", "client",
	"clinic", "close", "club", "code", "cold", "colleague", "colleagues",
	"college", "colombian", "com", "come", "comes", "coming", "community",
	"como", "company", "complete", "computer", "con", "concern",
	"confident", "congratulations", "contact", "content", "continue",
	"contract", "cool", "corp", "corporation", "correct", "cortana", "cost",
	"could", "country", "county", "couple", "course", "court", "crazy",
	"credit", "crisis", "croatian", "cuban", "curious", "current",
	"customer", "customers", "czech", "d'accord", "da", "dad", "dag",
	"daily", "dame", "dance", "danish", "dank", "danke", "dans", "darling",
	"das", "data", "date", "daughter", "day", "days", "de", "dead", "deal",
	"dean", "dear", "death", "december", "decide", "definitely", "del",
	"delivery", "dell", "della", "democrat", "department", "der", "des",
	"desk", "desole", "dia", "dias", "did", "didn't", "die", "different",
	"difficult", "digital", "director", "do", "dobry", "doc", "doctor",
	"does", "doesn't", "dog", "doing", "dollar", "dollars", "don't",
	"donate", "donated", "donating", "donation", "done", "door", "dos",
	"dot", "down", "dr", "dre", "drive", "du", "dude", "due", "during",
	"dutch", "dziekuje", "dzien", "e", "each", "early", "earth", "east",
	"easter", "easy", "economy", "education", "een", "egyptian", "eight",
	"ein", "eine", "either", "el", "eleven", "elle", "else", "email",
	"emergency", "en", "end", "engineering", "english", "enjoy", "enough",
	"enterprise", "es", "especially", "est", "estonian", "et", "ethiopian",
	"europe", "european", "even", "evening", "event", "ever", "every",
	"everybody", "everyone", "everything", "everyway", "exactly", "example",
	"excel", "excellent", "excited", "exciting", "excuse", "expert",
	"extra", "eye", "face", "facebook", "fact", "fair", "faith", "false",
	"family", "fantastic", "far", "fast", "father", "favorite", "february",
	"feel", "feeling", "fella", "few", "field", "fifty", "filipino",
	"final", "finally", "finance", "financial", "find", "fine", "finished",
	"finnish", "firma", "first", "five", "flat", "floor", "fly", "folks",
	"follow", "food", "foot", "for", "form", "former", "fortunate", "forty",
	"forward", "foundation", "four", "france", "frank", "frau", "free",
	"french", "fresh", "friday", "friend", "friends", "from", "front",
	"full", "fun", "fund", "funny", "fur", "further", "future", "game",
	"gender", "general", "gentleman", "gentlemen", "georgian", "german",
	"germany", "gerne", "gesellschaft", "get", "getting", "ghanaian",
	"gift", "girl", "girls", "give", "given", "giving", "glad", "gli",
	"global", "gmail", "go", "god", "goed", "goede", "goes", "going",
	"gold", "good", "goodbye", "goodness", "google", "got", "government",
	"grace", "gracias", "grand", "grant", "grateful", "grazie", "great",
	"greater", "greek", "green", "greetings", "group", "guess", "guest",
	"guide", "gut", "guten", "guy", "guys", "had", "half", "hand",
	"happier", "happy", "hard", "harm", "has", "hate", "have", "haven't",
	"having", "he", "head", "health", "hear", "heard", "heart", "heavy",
	"held", "hello", "help", "helped", "helper", "helping", "her", "here",
	"herr", "herren", "hers", "herself", "het", "hey", "hi", "hier", "high",
	"highway", "hill", "him", "himself", "hindu", "his", "hispanic",
	"history", "hmm", "hold", "home", "honest", "honestly", "honey", "hope",
	"hopefully", "hospital", "host", "hot", "hotel", "hotline", "hour",
	"hours", "house", "how", "however", "hubspot", "huge", "hundred",
	"hungarian", "hungry", "hurricane", "husband", "i", "i'd", "i'll",
	"i'm", "i've", "ibm", "ice", "ich", "ici", "idea", "if", "ihr", "ik",
	"il", "illness", "im", "imagine", "immediately", "important",
	"impressed", "in", "inc", "including", "incredible", "indeed", "india",
	"indian", "individual", "indonesian", "industries", "info",
	"information", "inquiry", "inside", "instagram", "institute",
	"insurance", "intel", "interested", "interesting", "international",
	"into", "intro", "introduce", "iphone", "iranian", "iraqi", "irish",
	"is", "island", "isn't", "israeli", "ist", "it", "it's", "italian",
	"italy", "item", "its", "itself", "jack", "jamaican", "january",
	"japan", "japanese", "je", "jest", "jewish", "job", "join", "joy",
	"judge", "july", "june", "just", "justice", "keep", "kenyan", "key",
	"kid", "kids", "kind", "king", "kipling", "know", "known", "korean",
	"la", "ladies", "lady", "lake", "lane", "large", "las", "last", "late",
	"later", "latin", "latina", "latino", "latvian", "law", "le", "lead",
	"leader", "learn", "least", "leave", "lebanese", "left", "legal", "les",
	"less", "let", "let's", "letter", "leute", "level", "life", "light",
	"like", "line", "linkedin", "linux", "list", "listen", "lithuanian",
	"little", "live", "lives", "living", "llc", "lo", "local", "long",
	"look", "looking", "lord", "los", "lost", "lot", "lots", "love",
	"loved", "lovely", "low", "lower", "ltd", "luck", "lucky", "ma'am",
	"machine", "mad", "madam", "madame", "made", "mademoiselle", "main",
	"make", "making", "malaysian", "man", "manager", "many", "march",
	"mark", "market", "marketing", "married", "martens", "master",
	"mastercard", "match", "mate", "matter", "may", "maybe", "me", "mean",
	"means", "media", "medical", "meet", "meeting", "member", "mental",
	"merci", "merry", "message", "met", "mexican", "microsoft", "middle",
	"might", "million", "mind", "mine", "minimum", "minute", "minutes",
	"miss", "mister", "mit", "molto", "mom", "moment", "monday", "money",
	"monsieur", "month", "months", "more", "morgen", "morning", "moroccan",
	"most", "mother", "motor", "motors", "mountain", "mr", "mrs", "ms",
	"much", "muito", "museum", "music", "muslim", "must", "muster", "muy",
	"my", "myself", "name", "names", "national", "natural", "near", "need",
	"needed", "needs", "neighbor", "neighbour", "nepalese", "netflix",
	"never", "new", "news", "next", "nice", "nicht", "nie", "niet",
	"nigerian", "night", "nine", "no", "nobody", "noch", "noches", "noite",
	"non", "none", "nope", "nor", "normal", "north", "norwegian", "not",
	"note", "nothing", "nous", "november", "now", "number", "nur", "nvidia",
	"o", "obrigada", "obrigado", "october", "of", "off", "offer", "office",
	"officer", "oh", "ok", "okay", "old", "on", "once", "one", "ones",
	"only", "ooops", "oops", "open", "openai", "operations", "operator",
	"opinion", "or", "oracle", "orange", "order", "organization", "os",
	"other", "others", "ouch", "our", "ours", "ourselves", "out", "outlook",
	"outside", "over", "own", "owner", "pa", "page", "paid", "pakistani",
	"pal", "pan", "pani", "para", "parent", "parents", "park", "parkway",
	"part", "participant", "party", "pas", "past", "patience", "pay",
	"payment", "paypal", "peace", "people", "pepper", "per", "perfect",
	"perfectly", "perhaps", "period", "person", "peruvian", "phone", "pick",
	"picture", "piece", "pin", "pink", "place", "plan", "play", "plaza",
	"please", "pleased", "plus", "point", "police", "polish", "poor",
	"pope", "popular", "por", "portuguese", "positive", "possible", "post",
	"pour", "power", "premium", "present", "president", "pretty", "price",
	"prince", "princess", "private", "pro", "probably", "problem",
	"procurement", "product", "professional", "professor", "program",
	"project", "promise", "prospect", "protestant", "proud", "public",
	"purchase", "purple", "put", "quality", "que", "queen", "question",
	"questions", "qui", "quick", "quickly", "quite", "quote", "rather",
	"reach", "read", "ready", "real", "really", "reason", "receive",
	"reception", "record", "red", "regarding", "regards", "relax",
	"religious", "remember", "rent", "report", "republican", "research",
	"respect", "rest", "restaurant", "return", "rich", "right", "river",
	"road", "robot", "rock", "romanian", "room", "rose", "round", "row",
	"running", "russian", "sad", "safe", "said", "saint", "sale", "sales",
	"salesforce", "same", "santa", "sao", "saturday", "save", "saving",
	"say", "schon", "school", "scottish", "sea", "search", "season",
	"second", "secret", "secretary", "section", "secure", "security", "see",
	"seen", "sehr", "sell", "seller", "senator", "send", "senhor",
	"senhora", "senior", "senor", "senora", "serbian", "seriously", "seven",
	"several", "shall", "she", "shop", "short", "should", "show", "si",
	"sick", "side", "sie", "sign", "signor", "signora", "silly", "simple",
	"simply", "since", "sincerely", "single", "sir", "siri", "sis",
	"sister", "six", "sixty", "skeptical", "sky", "skype", "slack",
	"slovak", "slovenian", "slow", "small", "smart", "so", "social",
	"society", "software", "solutions", "somali", "some", "somebody",
	"someone", "something", "sometimes", "son", "song", "sono", "soon",
	"sorry", "sort", "sound", "sounds", "source", "south", "soy", "spanish",
	"speak", "speaker", "speaking", "special", "spend", "spring", "square",
	"stadium", "stadt", "staff", "stand", "standard", "star", "start",
	"started", "state", "states", "station", "stay", "still", "stone",
	"stop", "store", "story", "straight", "stranger", "street", "strong",
	"student", "stuff", "such", "suffering", "suite", "sun", "sunday",
	"super", "supplier", "supply", "support", "supposed", "sur", "sure",
	"surprised", "survey", "swedish", "sweet", "sweetheart", "swiss",
	"syrian", "system", "systems", "tag", "tak", "take", "taking", "tal",
	"talk", "talking", "tarde", "tardes", "tax", "teacher", "team", "tech",
	"technical", "technologies", "tell", "ten", "terrace", "tesla", "thai",
	"than", "thank", "thankful", "thanks", "that", "that's", "the", "their",
	"them", "themselves", "then", "there", "there's", "these", "they",
	"thing", "things", "think", "thirty", "this", "those", "though",
	"thought", "thousand", "three", "through", "thursday", "till", "time",
	"times", "tired", "to", "today", "todos", "together", "told",
	"tomorrow", "tonight", "too", "top", "total", "touch", "tous", "tout",
	"tower", "town", "trade", "training", "tree", "tres", "true", "truly",
	"trust", "try", "trying", "tu", "tuesday", "turkish", "turn", "tutti",
	"tv", "twelve", "twenty", "twice", "twitter", "two", "type", "u",
	"uber", "uh", "ukrainian", "um", "uma", "un", "una", "uncle", "und",
	"under", "understand", "une", "unfortunately", "unicef", "union",
	"unique", "unit", "united", "university", "unless", "uno", "unsure",
	"until", "up", "upon", "us", "use", "used", "user", "using", "usually",
	"valley", "value", "valued", "van", "vegan", "vegetarian", "venezuelan",
	"versicherung", "very", "via", "video", "vietnamese", "vip", "visa",
	"visit", "von", "voor", "vous", "wait", "walk", "wall", "want", "war",
	"warm", "was", "wasn't", "water", "way", "we", "we'll", "we're",
	"we've", "website", "wednesday", "week", "weekend", "weeks", "welcome",
	"well", "welsh", "went", "wer", "were", "west", "what", "what's",
	"whatever", "whatsapp", "when", "where", "whether", "which", "while",
	"white", "who", "whole", "whom", "whoops", "whose", "why", "wide",
	"wie", "wife", "wij", "will", "windows", "wir", "wish", "wishes",
	"with", "within", "without", "woman", "women", "won't", "wonder",
	"wonderful", "wood", "word", "words", "work", "worker", "workers",
	"working", "world", "worried", "would", "wow", "write", "writer",
	"wrong", "y", "ya", "yay", "yeah", "year", "years", "yep", "yes",
	"yesterday", "yet", "you", "you'd", "you'll", "you're", "you've",
	"young", "your", "yours", "yourself", "youth", "youtube", "zentrale",
	"zero", "zij", "zone", "zoom", "zum", "zur", "zusammen" };

static int
compare(const void *key, const void *item)
{
	const struct slice *word = key;
	const char *other = *(const char *const *)item;
	size_t n = strlen(other);
	int order = memcmp(word->p, other, word->n < n ? word->n : n);

	if (order != 0 || word->n == n)
		return order;
	return word->n < n ? -1 : 1;
}

static bool
in(struct slice word, const char *const *list, size_t n)
{
	return word.n != 0 &&
	    bsearch(&word, list, n, sizeof(list[0]), compare) != NULL;
}

bool
pii_words_given(struct slice word)
{
	return in(word, given, COUNT(given));
}

bool
pii_words_given_too(struct slice word)
{
	return in(word, given_too, COUNT(given_too));
}

bool
pii_words_common(struct slice word)
{
	return in(word, common, COUNT(common));
}

bool
pii_words_role(struct slice word)
{
	static const char list[] =
	    "seller|buyer|agent|customer|client|rep|representative|sales|"
	    "salesperson|salesman|saleswoman|prospect|host|guest|interviewer|"
	    "interviewee|persuader|persuadee|caller|me|you|speaker|support|"
	    "service|team|voice|man|woman|male|female|unknown|moderator|"
	    "narrator|operator|assistant|bot|user|system|admin|administrator|"
	    "person|participant|audience|presenter|panelist|ceo|cto|cfo|vp|"
	    "manager|director|engineer|marketing|info|office|contact|hello|"
	    "mail|news|noreply|no|reply|help|helpdesk|desk|billing|accounts|"
	    "hr|jobs|press|team|company|verkaufer|kaufer|kunde|kundin|berater|"
	    "beraterin|vendeur|vendeuse|acheteur|cliente|venditore|vendedor|"
	    "vendedora|comprador|verkoper|klant|ai|everyone|all|group|chat|"
	    "video|audio|channel|consultant|advisor|adviser|instructor|"
	    "teacher|student|doctor|patient|nurse|boss|clerk|cashier|staff|"
	    "employee|member|partner|lead|owner|founder|president|inc|llc|"
	    "gmbh|ltd|corp";
	char text[PII_MAX_WORD];

	if (word.n >= sizeof(text))
		return false;
	memcpy(text, word.p, word.n);
	text[word.n] = '\0';
	return pii_scan_listed(text, list);
}

bool
pii_words_title(struct slice word)
{
	static const char list[] =
	    "mr|mrs|ms|miss|mister|madam|dr|doctor|prof|professor|sir|lady|"
	    "herr|frau|herrn|fraulein|monsieur|madame|mademoiselle|mme|mlle|"
	    "signor|signora|signorina|signore|sig|dott|dottore|dottoressa|"
	    "senor|senora|senorita|sr|sra|srta|don|dona|senhor|senhora|"
	    "mevrouw|meneer|mijnheer|dhr|mevr|pan|pani|herra|rouva|captain|"
	    "officer|judge|senator|father|uncle|aunt|rabbi|reverend|rev";
	char text[PII_MAX_WORD];

	if (word.n >= sizeof(text))
		return false;
	memcpy(text, word.p, word.n);
	text[word.n] = '\0';
	return pii_scan_listed(text, list);
}

bool
pii_words_particle(struct slice word)
{
	static const char list[] =
	    "de|del|della|di|da|dos|das|do|van|von|der|den|zu|la|le|el|al|bin|"
	    "ibn|ben|ter|ten|y|du|des|st|af|av";
	char text[PII_MAX_WORD];

	if (word.n >= sizeof(text))
		return false;
	memcpy(text, word.p, word.n);
	text[word.n] = '\0';
	return pii_scan_listed(text, list);
}

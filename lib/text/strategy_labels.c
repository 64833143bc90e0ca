#include "text/strategy_labels.h"

#include "text/analyst.h"

/* What the data set calls a strategy, and what the analyst calls it. */
static const struct {
	const char *name;
	int technique; /* enum analyst_technique, -1: none */
} classes[STRATEGY_CLASS__MAX] = {
	[STRATEGY_CREDIBILITY] = { "credibility-appeal", ANALYST_CREDIBILITY },
	[STRATEGY_LOGICAL] = { "logical-appeal", ANALYST_LOGICAL },
	[STRATEGY_EMOTION] = { "emotion-appeal", ANALYST_EMOTIONAL },
	[STRATEGY_STORY] = { "personal-story", ANALYST_STORY },
	[STRATEGY_SELF_MODELING] = { "self-modeling", ANALYST_SELF_MODEL },
	[STRATEGY_FOOT_IN_DOOR] = { "foot-in-the-door", ANALYST_SMALL_STEP },
	[STRATEGY_INFORMATION] = { "donation-information",
	    ANALYST_INFORMATION },
	[STRATEGY_SOURCE_INQUIRY] = { "source-related-inquiry",
	    ANALYST_DISCOVERY },
	[STRATEGY_TASK_INQUIRY] = { "task-related-inquiry", ANALYST_DISCOVERY },
	[STRATEGY_PERSONAL_INQUIRY] = { "personal-related-inquiry",
	    ANALYST_RAPPORT },
	[STRATEGY_NONE] = { "none", -1 },
};

/* The label of what fits none, in both tables. */
#define OTHER 0u

/*
 * What is none of the ten is learnt as what it is: "thank" and "closing" have
 * nothing in common but that.
 */
static const struct strategy_label seller[] = {
	[OTHER] = { "other", STRATEGY_NONE, false },
	{ "credibility-appeal", STRATEGY_CREDIBILITY, false },
	{ "logical-appeal", STRATEGY_LOGICAL, false },
	{ "emotion-appeal", STRATEGY_EMOTION, false },
	{ "personal-story", STRATEGY_STORY, false },
	{ "self-modeling", STRATEGY_SELF_MODELING, false },
	{ "foot-in-the-door", STRATEGY_FOOT_IN_DOOR, false },
	{ "donation-information", STRATEGY_INFORMATION, false },
	{ "source-related-inquiry", STRATEGY_SOURCE_INQUIRY, false },
	{ "task-related-inquiry", STRATEGY_TASK_INQUIRY, false },
	{ "personal-related-inquiry", STRATEGY_PERSONAL_INQUIRY, false },
	{ "greeting", STRATEGY_NONE, false },
	{ "acknowledgement", STRATEGY_NONE, false },
	{ "proposition-of-donation", STRATEGY_NONE, false },
	{ "thank", STRATEGY_NONE, false },
	{ "praise-user", STRATEGY_NONE, false },
	{ "ask-donation-amount", STRATEGY_NONE, false },
	{ "off-task", STRATEGY_NONE, false },
	{ "positive-to-inquiry", STRATEGY_NONE, false },
	{ "closing", STRATEGY_NONE, false },
	{ "neutral-to-inquiry", STRATEGY_NONE, false },
	{ "confirm-donation", STRATEGY_NONE, false },
	{ "negative-to-inquiry", STRATEGY_NONE, false },
	{ "comment-partner", STRATEGY_NONE, false },
	{ "ask-donate-more", STRATEGY_NONE, false },
	{ "ask-not-donate-reason", STRATEGY_NONE, false },
	{ "you-are-welcome", STRATEGY_NONE, false },
};

static const struct strategy_label buyer[] = {
	[OTHER] = { "other", STRATEGY_NONE, false },
	{ "negative-reaction-to-donation", STRATEGY_NONE, true },
	{ "disagree-donation", STRATEGY_NONE, true },
	{ "disagree-donation-more", STRATEGY_NONE, true },
	{ "positive-reaction-to-donation", STRATEGY_NONE, false },
	{ "neutral-reaction-to-donation", STRATEGY_NONE, false },
	{ "agree-donation", STRATEGY_NONE, false },
	{ "provide-donation-amount", STRATEGY_NONE, false },
	{ "confirm-donation", STRATEGY_NONE, false },
	{ "ask-org-info", STRATEGY_NONE, false },
	{ "ask-donation-procedure", STRATEGY_NONE, false },
	{ "ask-persuader-donation-intention", STRATEGY_NONE, false },
	{ "task-related-inquiry", STRATEGY_NONE, false },
	{ "personal-related-inquiry", STRATEGY_NONE, false },
	{ "positive-to-inquiry", STRATEGY_NONE, false },
	{ "neutral-to-inquiry", STRATEGY_NONE, false },
	{ "negative-to-inquiry", STRATEGY_NONE, false },
	{ "greeting", STRATEGY_NONE, false },
	{ "acknowledgement", STRATEGY_NONE, false },
	{ "thank", STRATEGY_NONE, false },
	{ "you-are-welcome", STRATEGY_NONE, false },
	{ "closing", STRATEGY_NONE, false },
	{ "off-task", STRATEGY_NONE, false },
};

_Static_assert(COUNT(seller) <= STRATEGY_LABELS_MAX, "too many labels");
_Static_assert(COUNT(buyer) <= STRATEGY_LABELS_MAX, "too many labels");

struct strategy_labels
strategy_labels(enum strategy_speaker speaker)
{
	if (speaker == STRATEGY_SELLER)
		return (struct strategy_labels){ seller, COUNT(seller) };
	return (struct strategy_labels){ buyer, COUNT(buyer) };
}

size_t
strategy_label_find(enum strategy_speaker speaker, struct slice name)
{
	struct strategy_labels labels = strategy_labels(speaker);

	for (size_t i = 0; i < labels.n; i++)
		if (slice_eqs(name, labels.items[i].name))
			return i;
	return OTHER;
}

const char *strategy_class_name(enum strategy_class class)
{
	return classes[class].name;
}

int strategy_technique(enum strategy_class class)
{
	return classes[class].technique;
}

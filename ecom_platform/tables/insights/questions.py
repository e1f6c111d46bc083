"""The questions that the platform answers, in the order in which they are asked. How each is answered is in `insights`."""

from __future__ import annotations

from typing import NamedTuple


class Question(NamedTuple):
    """A question: its number, the name of its asset and table, and what is asked."""

    number: str
    name: str
    title: str

    @property
    def topic(self) -> str:
        return TOPICS[self.number[0]]


TOPICS = {
    "1": "Activation",
    "2": "Funnel",
    "3": "Retention",
    "4": "Lifetime value",
    "5": "Categories",
    "6": "Subscription",
    "S": "Strategy",
    "F": "Findings",
}

QUESTIONS = (
    Question("1.1", "q1_1_activation_events", "Which early events explain activation?"),
    Question("1.2", "q1_2_time_to_first", "Do the times to first cart and first purchase make an LTV difference?"),
    Question("1.3", "q1_3_session_patterns", "How do session patterns go together with activation?"),
    Question("1.4", "q1_4_discount_exposure", "Does early discount exposure raise activation?"),
    Question("2.1", "q2_1_dropoff_stage", "How does the stage of drop-off relate to activation?"),
    Question("2.2", "q2_2_checkout_without_cart", "Who checks out without a cart, and how do they behave?"),
    Question("2.3", "q2_3_segments", "How does activation differ by device, region, channel and subscription?"),
    Question("3.1", "q3_1_retention_by_level", "How do D1, D7 and D30 retention differ by activation level?"),
    Question("3.2", "q3_2_early_funnel_and_churn", "Does early success or failure in the funnel change churn?"),
    Question("3.3", "q3_3_return_prediction", "Can early behaviour predict return visits?"),
    Question("4.1", "q4_1_value_of_activation", "How much higher is the LTV of activated users?"),
    Question("4.2", "q4_2_first_purchase_and_revenue", "What does the time to first purchase do to revenue?"),
    Question("4.3", "q4_3_value_segments", "Does activation segment revenue into high, middle and low LTV?"),
    Question("5.1", "q5_1_categories_of_activated", "Which categories do activated users buy?"),
    Question("5.2", "q5_2_value_gap", "Does the share of High-tier products explain the LTV gap?"),
    Question("5.3", "q5_3_discounts_and_taste", "Do early discounts change what people buy later?"),
    Question("6.1", "q6_1_later_subscribers", "How do later subscribers differ early on?"),
    Question("6.2", "q6_2_value_of_subscription", "Does subscription raise LTV with activation held fixed?"),
    Question("6.3", "q6_3_subscriber_behaviour", "How do the funnel, categories and repurchase of subscribers differ?"),
    Question("S1", "s1_levers_of_activation", "Which behaviours raise activation?"),
    Question("S2", "s2_why_activation_pays", "Why do activated users retain and spend more?"),
    Question("S3", "s3_next_moves", "Which moves on retention and LTV follow?"),
    Question("S4", "s4_plans", "How do category, discount and subscription plans tie to activation?"),
    Question("F1", "f1_high_value_customers", "What marks high-LTV customers?"),
    Question("F2", "f2_dropoff_causes", "What are the main causes of drop-off, and the remedies?"),
    Question("F3", "f3_discount_day", "What does the discount day do to the conversion of new customers?"),
    Question("F4", "f4_category_growth", "Which categories grow, and which are inefficient?"),
    Question("F5", "f5_activation_metric", "Which activation metric best predicts retention?"),
)

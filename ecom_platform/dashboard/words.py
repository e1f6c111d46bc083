"""Every word of the pages in English and Korean, but for the registry's labels and the pages' own titles."""

from __future__ import annotations

from typing import NamedTuple

LANGUAGES = ("en", "ko")


class Text(NamedTuple):
    """A text in each language."""

    en: str
    ko: str

    def of(self, language: str) -> str:
        return self.ko if language == "ko" else self.en


VALUES = {
    "unknown": Text("Unknown", "알 수 없음"),
    "Unknown": Text("Unknown", "알 수 없음"),
    "Web": Text("Web", "웹"),
    "Seoul": Text("Seoul", "서울"),
    "Gyeonggi": Text("Gyeonggi", "경기"),
    "Others": Text("Others", "그 외"),
    "Organic": Text("Organic", "자연 유입"),
    "Paid": Text("Paid", "유료 광고"),
    "Referral": Text("Referral", "추천"),
    "Free": Text("Free", "무료"),
    "Plus": Text("Plus", "플러스"),
    "Premium": Text("Premium", "프리미엄"),
    "none": Text("None", "없음"),
    "low": Text("Low", "낮음"),
    "medium": Text("Medium", "중간"),
    "high": Text("High", "높음"),
    "Furniture": Text("Furniture", "가구"),
    "Appliances": Text("Appliances", "가전"),
    "Cleaning": Text("Cleaning", "청소"),
    "Kitchenware": Text("Kitchenware", "주방"),
    "Fabric": Text("Fabric", "패브릭"),
    "Organizers": Text("Organizers", "수납"),
    "Deco": Text("Deco", "데코"),
    "Low": Text("Low", "저가"),
    "Mid": Text("Mid", "중가"),
    "High": Text("High", "고가"),
    "view_product": Text("View", "상품 조회"),
    "add_to_cart": Text("Cart", "장바구니"),
    "checkout_start": Text("Checkout", "결제 시작"),
    "payment_attempt": Text("Payment", "결제 시도"),
    "purchase": Text("Purchase", "구매"),
}
"""Values of the synthetic world and of the platform's own columns; a shop's own values are shown as they are."""

NAMES = {
    "signup_month": Text("Signup month", "가입 월"),
    "calendar_month": Text("Month", "월"),
    "device": Text("Device", "기기"),
    "region": Text("Region", "지역"),
    "marketing_source": Text("Channel", "유입 채널"),
    "subscription_type": Text("Subscription", "구독"),
    "activation_level": Text("Activation", "활성화 수준"),
    "activated": Text("Activation", "활성화"),
    "category": Text("Category", "카테고리"),
    "price_tier": Text("Price tier", "가격대"),
    "months_since_signup": Text("Months since signup", "가입 후 개월"),
    "days_since_signup": Text("Day", "일차"),
    "end_day": Text("Days since signup", "가입 후 일수"),
    "stage": Text("Stage", "단계"),
    "furthest_stage": Text("Stage", "단계"),
    "seconds_from": Text("Time taken", "소요 시간"),
    "segment_dimension": Text("Dimension", "구분"),
    "segment_value": Text("Segment", "세그먼트"),
    "path": Text("Way to the checkout", "결제 경로"),
    "month_of_year": Text("Calendar month", "월(1~12)"),
    "users": Text("Users", "사용자 수"),
    "actual": Text("Actual", "실제"),
    "forecast": Text("Forecast", "예측"),
    "eligible": Text("Users observed", "관찰된 사용자"),
    "n": Text("n", "n"),
    "low_end": Text("95% from", "95% 하한"),
    "high_end": Text("95% to", "95% 상한"),
}
"""Names of axes and of the columns under a chart that belong to no metric."""


def name_of(field_name: str) -> Text:
    """What a column of rows is called; its own name, where it is no axis of the pages."""
    return NAMES.get(field_name, Text(field_name, field_name))


UI = {
    "brand": Text("Activation → value", "활성화 → 가치"),
    "skip": Text("Skip to content", "본문으로 건너뛰기"),
    "pages": Text("Pages", "페이지"),
    "filters": Text("Filters", "필터"),
    "all": Text("All", "전체"),
    "nothing": Text("None", "없음"),
    "reset": Text("Reset", "초기화"),
    "from": Text("from", "부터"),
    "to": Text("to", "까지"),
    "other": Text("한국어", "English"),
    "data_to": Text("Data to {day}", "{day}까지의 데이터"),
    "made": Text("made {time} UTC", "{time} UTC 생성"),
    "run": Text("run {run}", "실행 {run}"),
    "stale": Text(
        "These data end {days} days ago. Somebody should look at the daily run.",
        "데이터가 {days}일 전에서 끝납니다. 일일 실행을 확인해 주세요.",
    ),
    "no_data": Text(
        "There are no data yet. Run `ecom run`, and this page shows what there is.",
        "아직 데이터가 없습니다. `ecom run`을 실행하면 이 페이지에 표시됩니다.",
    ),
    "empty": Text(
        "No customers match these filters. Widen or reset them.", "조건에 맞는 고객이 없습니다. 필터를 넓히거나 초기화하세요."
    ),
    "no_rows": Text("Nothing to show here for this selection.", "이 조건에서는 표시할 데이터가 없습니다."),
    "table": Text("Table and CSV", "표와 CSV"),
    "csv": Text("Download CSV", "CSV 내려받기"),
    "definition": Text("Definition of {metric}", "{metric} 정의"),
    "definitions": Text("How the figures are defined", "지표 정의"),
    "interval": Text("95% {low} – {high}", "95% {low} ~ {high}"),
    "of_n": Text("n\u00a0=\u00a0{n}", "n\u00a0=\u00a0{n}"),
    "before": Text("vs {month}", "{month} 대비"),
    "recent": Text("last {months} mature cohorts vs a year before", "최근 관찰 완료 {months}개 코호트, 전년 대비"),
    "against": Text("against {from} – {to}", "{from} ~ {to} 대비"),
    "no_comparison": Text("no comparable period", "비교 기간 없음"),
    "unfiltered": Text("All customers: the filters do not apply here.", "전체 고객 기준: 필터가 적용되지 않습니다."),
    "central": Text("The central answer", "핵심 답변"),
    "central_question": Text(
        "How much more do customers buy later because they were activated early?",
        "초기 활성화는 이후 구매를 얼마나 늘리는가?",
    ),
    "report": Text("Read the report: method, assumptions, caveats", "보고서 보기: 방법, 가정, 한계"),
    "no_answer": Text(
        "The question has not been answered yet: there is no row for it in insights.answers. `ecom run` answers it.",
        "아직 답변이 없습니다(insights.answers에 해당 행이 없음). `ecom run`을 실행하면 계산됩니다.",
    ),
    "naive": Text("A plain comparison of the two groups would say {value}.", "두 집단의 단순 비교값은 {value}입니다."),
    "no_events": Text(
        "This shop has no event log: what rests on sessions, carts and activation is unknown, and is left out.",
        "이벤트 로그가 없어 세션, 장바구니, 활성화에 기반한 지표는 알 수 없으며 표시하지 않습니다.",
    ),
    "no_dimension": Text(
        "Not recorded for this shop: {names}. The filters show them as unknown.",
        "이 상점에 기록되지 않은 항목: {names}. 필터에는 알 수 없음으로 표시됩니다.",
    ),
    "hatched": Text("Not yet observed", "아직 관찰되지 않음"),
    "no_script": Text("This page needs JavaScript to draw its charts.", "차트를 그리려면 JavaScript가 필요합니다."),
    "footer": Text(
        "Times and days are UTC. Money is in {currency}. Rates are sums over sums; intervals are 95%.",
        "시각과 날짜는 UTC 기준, 금액 단위는 {currency}입니다. 비율은 합계의 비율이며 구간은 95% 신뢰구간입니다.",
    ),
    "origin": Text("Source: {origin}.", "출처: {origin}."),
}

KINDS = {
    "causal": Text("Causal: an experiment, or a tested design", "인과: 실험 또는 검증된 설계"),
    "association": Text("Association: may have another cause", "연관: 다른 원인이 있을 수 있음"),
    "description": Text("Description: what is, counted", "기술: 있는 그대로의 집계"),
    "prediction": Text("Prediction: judged on later cohorts", "예측: 이후 코호트로 검증"),
    "declined": Text("Declined: these data cannot tell", "답변 불가: 이 데이터로는 알 수 없음"),
}

KOREAN = {
    "revenue": "결제 완료 매출의 합. 주문일(UTC) 기준이며 결제 실패 주문은 제외합니다.",
    "paid_orders": "결제 완료 주문 수. 주문일(UTC) 기준입니다.",
    "new_users": "해당 월에 가입한 사용자 수.",
    "active_users": "해당 월에 이벤트나 주문(결제 실패 포함)이 있는 사용자 수. 이벤트 로그가 끝난 뒤에는 주문만 반영됩니다.",
    "average_order_value": "결제 완료 매출 ÷ 결제 완료 주문.",
    "session_to_purchase_rate": "구매에 도달한 세션 ÷ 전체 세션. 세션 시작일(UTC) 기준입니다.",
    "repeat_buyer_share": "해당 월 구매자 중 이전에 결제 완료 주문이 있는 구매자 ÷ 해당 월 구매자.",
    "later_value_per_user": "가입 31~360일차 결제 완료 매출 ÷ 그 기간이 모두 관찰된 사용자. 활성화 기간과 겹치지 않습니다.",
    "activation_rate": "활성화된 사용자 ÷ 활성화 여부를 아는 사용자.",
    "discounted_share": "상품 할인 요일에 팔린 주문 라인 매출 ÷ 매출. 할인이 없었을 경우의 구매는 알 수 없습니다.",
    "year_on_year_growth": "선택 기간 매출 ÷ 1년 전 같은 달들의 매출 − 1.",
    "seasonality_index": "중심 2×12개월 이동평균 대비 월 매출 비율의 평균(평균은 1). 완료된 24개월 이상이 필요합니다.",
    "view_to_cart_rate": "장바구니 담기 이벤트 ÷ 상품 조회 이벤트. 가입 후 첫 몇 주의 이벤트 로그 기준입니다.",
    "monthly_retention": "가입 후 n번째 달(30일 단위)에 이벤트나 주문이 있는 사용자 ÷ 그 달이 모두 관찰된 사용자.",
    "retention_day_1": "가입 다음 날 활동한 사용자 ÷ 그날이 모두 관찰된 사용자.",
    "retention_day_7": "가입 7일 뒤 그날 활동한 사용자 ÷ 그날이 모두 관찰된 사용자.",
    "retention_day_30": "가입 30일 뒤 그날 활동한 사용자 ÷ 그날이 모두 관찰된 사용자.",
    "lifetime_value": "가입부터 해당 일수까지의 누적 결제 매출 ÷ 그 기간이 모두 관찰된 사용자.",
    "stage_sessions": "해당 단계 또는 더 깊은 단계에 도달한 세션 수.",
    "session_conversion_from_start": "해당 단계에 도달한 세션 ÷ 전체 세션.",
    "session_conversion_from_previous_stage": "해당 단계에 도달한 세션 ÷ 직전 단계에 도달한 세션.",
    "session_drop_off_rate": "해당 단계가 가장 깊은 세션 ÷ 해당 단계에 도달한 세션.",
    "step_sessions": "두 단계의 이벤트가 모두 있는 세션을 소요 시간 구간별로 센 수.",
    "checkout_without_cart_share": "장바구니에 담지 않고 결제를 시작한 세션 ÷ 결제를 시작한 세션. 정상적인 경로입니다.",
    "payment_attempt_to_purchase_rate": "구매에 도달한 세션 ÷ 결제를 시도한 세션.",
    "payment_failure_rate": "결제에 실패한 주문 ÷ 전체 주문.",
    "purchase_days_per_user": "검증 기간에 결제 완료 주문이 있는 날의 수 ÷ 사용자. 예측(BG/NBD)은 그 이전 이력에만 의존.",
}
"""The definition of each figure on a page in Korean; a test holds it complete."""

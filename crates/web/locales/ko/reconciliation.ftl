# Reconciliation: what people said beside what was recorded.

reconciliation = 대조
reconciliation-what = 로동자들의 말을 기업의 기록과 기업별로만 대조합니다. 면담과 같은 사람의 기록을 잇는 일은 절대로 없습니다: 어느쪽에도 사람을 가리키는 열쇠가 없습니다.
reconciliation-draw = 문건은 따로 추첨한것으로 면담과 같은 수이며 각각 { $periods }개의 로임기간을 봅니다. 면담한 사람의 문건은 절대로 쓰지 않습니다.
reconciliation-locked = 량쪽 다 봉인되여있습니다. 열쇠를 여십시오. 면담과 기록의 열쇠가 다 필요합니다.
reconciliation-compare = 량쪽을 열고 대조하기
reconciliation-counted = 계산에 넣은것: 면담 { $interviews }건, 문건 { $files }부의 기록검토 { $records }건.
reconciliation-reading = 신뢰구간은 95%이며 가중값입니다. 구간이 “차이없음”을 포함하지 않을 때만 표시합니다. 대답이나 문건이 20개보다 적으면 참고값이며, { $k }보다 작은 집단은 보여주지 않습니다. 대조한 사실은 원장에 남고 결과는 저장되지 않습니다.
reconciliation-not-private = 면담 { $count }건은 비밀리에 이루어지지 않았거나 그 여부가 적혀있지 않아 어느 수자에도 들어가지 않습니다.
reconciliation-doubtful = 미리 할 말을 지시받았거나 말한것을 두려워하는 사람들이 있습니다. 그런 사람이 충분히 많은 곳에서는 그들을 넣은 수자와 뺀 수자를 함께 보여줍니다.
reconciliation-without = – 의심스러운 면담을 빼고
reconciliation-no-rates = 기록된 환률이 없습니다. 다른 돈으로 된 금액은 로임 차이에서 빠집니다. 방문 단장이 방문페지에서 두 환률을 기록합니다.
reconciliation-thresholds = 기준값: { $limits }
reconciliation-groups = 기업별
reconciliation-all = 전체
reconciliation-figure = 값
reconciliation-interval = 신뢰구간(95%)
reconciliation-n = n 말 / 기록
reconciliation-flag = 표시
reconciliation-nothing = 값 없음
reconciliation-no-flag = 없음
reconciliation-indicative = 참고값
reconciliation-too-few = 너무 적어 보여줄수 없음
reconciliation-no-workforce = 로동자 수가 필요함: 아직 명부의 행이 없음
colour-amber = 노란색
colour-red = 빨간색
colour-non-compliant = 위반
record-mandate-reconcile = 면담과 기록을 집단별로 대조하였다

refusal-reconcile-locked = 면담과 기록이 봉인되여있습니다.
    .next = 열쇠를 연 다음 대조하십시오.
refusal-reconcile-keys = 면담이나 기록의 일부를 열수 없으며, 그것 없이는 값이 틀리게 됩니다.
    .next = 열쇠를 주는 사람에게 두 구획의 열쇠를 요청하십시오.
refusal-reconcile-many = 한쪽의 제출물이 { $most }건보다 많습니다.
    .next = 량쪽을 내보내여 “deungdae estimate”를 쓰십시오.

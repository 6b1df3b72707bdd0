refusal-instance-taken = 식별자가 { $instance }인 제출물이 이미 있습니다.
    .next = 고친 제출물에 다른 식별자를 주어 다시 보내십시오.
refusal-removed-submission = 제출물 { $instance }은(는) 여기에서 치워졌으므로 다시 받지 않습니다.
    .next = 제출물을 검토하는 사람에게 되살려 달라고 하십시오.

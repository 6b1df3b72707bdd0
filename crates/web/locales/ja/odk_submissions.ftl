refusal-instance-taken = 識別子 { $instance } の提出データはすでにあります。
    .next = 修正した提出データに別の識別子を付けて、もう一度送信してください。
refusal-removed-submission = 提出データ { $instance } はここで取り除かれたため、再び受け取ることはできません。
    .next = 提出データを確認する担当者に復元を依頼してください。

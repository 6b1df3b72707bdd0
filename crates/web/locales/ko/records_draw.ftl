# 문건 추첨: 면담하는 사람만큼, 따로 하는 추첨으로.

visit-files-title = 기록추첨
visit-files-says = 누구의 문건을 볼지는 따로 하는 추첨으로 정합니다. 면담하는 사람과 같은 수를, 같은 고정된 명부에서, 별도의 우연으로 뽑습니다. 누구를 면담했는지는 전혀 알려주지 않습니다.
visit-files-all = 문건 추첨, 차례대로
visit-files-none = 아직 문건 추첨이 없습니다.
visit-files-begin = 기록추첨 시작
visit-files-one = 기록추첨 { $number }
visit-files-not-yet = 문건은 사람과 같은 수만큼 뽑습니다. 먼저 사람의 추첨을 공표하십시오.
visit-files-as-many = 추첨 { $draw }의 사람과 같은 수인 문건 { $n }건을 뽑습니다.
visit-files-scheme = 문건을 어떻게 뽑습니까?
visit-files-step-field = 문건을 요구하여 검토한다
visit-files-next-field = 기록을 검토하는 사람이 문건 목록을 엽니다. 무엇이 제시되고 무엇이 거절되였는지 기록하십시오. 거절된 문건을 다른것으로 바꾸지 않습니다.
visit-files-secret = 공개하지 않음: 누구의 문건이 뽑혔는지. 목록은 기록을 검토하는 사람에게만 열리도록 봉인되여 있습니다.
visit-files-list = 문건 목록
visit-files-list-says = 문건을 검토할 사람들의 이름과 번호, 그리고 문건마다의 코드입니다. 면담과 따로 뽑았으므로 누구를 면담했는지는 알려주지 않습니다.
visit-files-shown = 이 문건을 모두 한꺼번에 요구하고, 문건마다 { $periods }개의 로임기간(최고기, 최저기, 최근)을 보십시오. 양식에는 코드만 적고 이름이나 번호는 적지 마십시오.
visit-files-caption = 요구할 문건
visit-files-nothing = 문건이 없습니다.
visit-files-code = 코드
visit-files-codes = 기록 검토용 코드
visit-files-drawn = 뽑힌 문건

refusal-records-no-draw = 아무것도 뽑지 않았습니다. 문건은 사람과 같은 수만큼 뽑는데, 공표된 사람의 추첨이 없습니다.
    .next = 먼저 사람의 추첨을 공표하십시오.
refusal-records-not-yours = 목록을 열지 않았습니다. 기록을 검토하는 사람에게 봉인되여 있고 당신에게는 그 열쇠가 없습니다.
    .next = 기록 검토원이나 열쇠를 주는 사람에게 부탁하십시오.
refusal-records-no-list = 문건 목록이 없습니다. 이 추첨에 결과가 없거나 무효입니다.
    .next = 먼저 추첨 결과를 내거나 뒤의 추첨의 목록을 여십시오.
refusal-finding-place = 등록부 { $registry }에 “{ $place }”(이)라는 곳이 없습니다. 아무것도 기록하지 않았습니다.
    .next = 등록부에 있는 코드대로 적거나, 먼저 그곳을 등록하십시오.

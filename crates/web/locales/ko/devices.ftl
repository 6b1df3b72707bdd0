# 임무의 휴대전화.

devices-what = 휴대전화는 빈 양식을 받고 작성한 양식을 보낼 수 있습니다. 보낸 것을 읽을 수는 없습니다.
devices-empty = 아직 추가한 휴대전화가 없습니다. 수집하는 사람마다 하나씩 추가하고 ODK Collect로 코드를 찍으십시오.
device-add = 휴대전화 추가하기
device-name = 휴대전화 이름
device-name-hint = 잃어버렸을 때 알아볼 수 있게 쓰십시오. 예: ‘면담원 3’. 그 사람이 위험해질 수 있으면 실명은 쓰지 마십시오.
device-state = 상태
device-in-use = 사용 중
device-not-scanned = 아직 쓰지 않음
device-revoked = { $day } 폐기함
device-last-seen = 마지막 접속
device-never = 없음
device-added = 추가한 날
device-qr = { $name }의 설정
device-how = 휴대전화에서 할 일
device-step-open = Google Play나 F-Droid에서 ODK Collect를 설치하고 여십시오.
device-step-scan = ‘QR 코드로 설정’을 고르고 카메라로 이 그림을 찍으십시오. 다른 사람에게 보이지 마십시오. 이 그림을 찍은 사람은 누구나 이 휴대전화처럼 보낼 수 있습니다.
device-step-forms = ‘새 양식 시작’을 고르십시오. 이 임무의 양식들이 있습니다. 작성한 양식은 연결되는 대로 보내집니다.
device-by-hand = 카메라를 쓸 수 없으면
device-by-hand-what = Collect에서 ‘수동으로 프로젝트 정보 입력’을 고르고 URL에 이 주소를 쓰십시오. 사용자 이름과 비밀번호는 비워 두십시오.
device-server = 서버 주소
device-locked = 이 휴대전화의 코드는 봉인되어 있습니다.
device-unlock = 잠금을 풀고 보기
device-lost = 잃어버렸거나, 빼앗겼거나, 더 이상 필요 없습니까?
device-lost-what = 바로 폐기하십시오. 나중에 새 코드로 다시 추가할 수 있습니다.
device-revoke = 이 휴대전화 폐기하기
device-revoked-what = 폐기한 휴대전화입니다. 전에 보낸 것은 그대로 있습니다. 다시 쓰려면 새 휴대전화로 추가하십시오.
done-device-added = 휴대전화를 추가했습니다. 아래 코드를 찍으십시오.
done-device-revoked = 휴대전화를 폐기했습니다. 이제 서버가 받아들이지 않습니다.

revoke-question = { $name } 휴대전화를 폐기하시겠습니까?
revoke-verb = { $name } 폐기하기
revoke-refused = 서버가 이 휴대전화를 바로 거절합니다. 양식을 받을 수도 보낼 수도 없습니다.
revoke-unsent = 아직 보내지 않은 양식은 더 이상 보낼 수 없습니다. 휴대전화가 곁에 있으면 먼저 보내십시오.
revoke-kept = 이미 보낸 것은 모두 그대로 있습니다.

refusal-device-revoked = 폐기한 휴대전화입니다.
    .next = 새 휴대전화로 추가하고 새 코드를 찍으십시오.
